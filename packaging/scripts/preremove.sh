#!/bin/sh
# Before a deb or rpm package is removed: no night may begin without its program,
# and one that goes on is stopped cleanly. An upgrade lets it go on.
set -e
case "$1" in
remove | 0) # deb and rpm
	if [ -d /run/systemd/system ]; then
		systemctl stop 'altadnc-bulk@*.timer' || true
		systemctl stop 'altadnc-bulk@*.service' || true
	fi
	;;
esac
