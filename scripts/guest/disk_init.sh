#!/bin/sh
# The first program of a guest's root file system, whose packages are unpacked but not configured: no services, a
# shell on the console, or the end with vm.test=poweroff on the kernel's command line.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root

# A kernel that needs no initramfs comes here with nothing mounted.
if [ ! -e /proc/cmdline ]; then
    mount -t proc proc /proc
    mount -t sysfs sysfs /sys
    mount -t devtmpfs devtmpfs /dev
fi
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
hostname vm
echo "vm: first line from the root file system"

case " $(cat /proc/cmdline) " in
    *" vm.test=poweroff "*)
        mount -o remount,ro /
        busybox poweroff -f
        ;;
esac

echo "vm: end with busybox poweroff -f"
while true; do busybox setsid busybox cttyhack /bin/bash -l; done
