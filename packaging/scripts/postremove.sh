#!/bin/sh
# After the files of a deb or rpm package are gone. Lists, journals and tokens
# stay: the journals are the evidence of what was removed, and they name people.
set -e
case "$1" in
remove | 0) # deb and rpm
	if [ -d /run/systemd/system ]; then
		systemctl daemon-reload || true
	fi
	;;
esac
case "$1" in
purge | 0)
	rm -f /etc/systemd/system/timers.target.wants/altadnc-bulk@*.timer # links to what is gone
	for path in /var/lib/altadnc-bulk /etc/altadnc-bulk; do
		if [ -d "$path" ] && [ -n "$(ls -A "$path")" ]; then
			echo "altadnc-bulk: $path stays: lists, journals or tokens may be in it; to delete them: rm -r $path"
		fi
	done
	if getent passwd altadnc >/dev/null; then
		echo "altadnc-bulk: the user altadnc stays, since files may be its own; to delete it: userdel altadnc"
	fi
	;;
esac
