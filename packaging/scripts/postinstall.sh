#!/bin/sh
# After the files of a deb or rpm package are there, at every installation and
# upgrade: the user, and the folders that hold people's lists and journals. Those
# are nobody's but the user's: no package owns them, and none takes them away.
# Nothing is enabled or started.
set -e
home=/var/lib/altadnc-bulk

if ! getent passwd altadnc >/dev/null; then
	useradd --system --user-group --home-dir "$home" --no-create-home \
		--shell /usr/sbin/nologin --comment "altadnc-bulk" altadnc
fi
# What is there stays as its owner has it.
[ -d "$home" ] || install -d -o altadnc -g altadnc -m 750 "$home"
[ -d "$home/lists" ] || install -d -o altadnc -g altadnc -m 2770 "$home/lists"

if [ -d /run/systemd/system ]; then
	systemctl daemon-reload || true
fi
