#!/bin/sh
# The first program of a guest, from its initramfs. Words of the kernel's command line decide:
#   root=DEVICE       loads the modules for it, mounts it and goes on there
#   vm.test=poweroff  powers off at once, without a root
# and without either there is a shell on the console.
export PATH=/bin HOME=/

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
echo "vm: first user-space line"

root=
mode=
read -r words </proc/cmdline
for word in $words; do
    case $word in
        root=*) root=${word#root=} ;;
        vm.test=*) mode=${word#vm.test=} ;;
    esac
done

load_modules() {
    while read -r module; do
        insmod "/lib/modules/$module" || echo "vm: cannot load module $module"
    done </lib/modules/order
}

shell() {
    /bin/busybox --install -s /bin 2>/dev/null
    size=$(cat /proc/device-tree/chosen/vm,console-size 2>/dev/null)
    [ -z "$size" ] || stty rows "${size% *}" cols "${size#* }"
    echo "vm: end with poweroff -f"
    # A new session for each shell, so that the console is its terminal.
    while true; do setsid cttyhack sh; done
}

# give_up REASON: powers off where nobody could type.
give_up() {
    echo "vm: $1"
    [ "$mode" != poweroff ] || poweroff -f
    shell
}

if [ -n "$root" ]; then
    load_modules
    tenths=0
    until [ -b "$root" ] || [ "$tenths" -ge 100 ]; do
        sleep 0.1
        tenths=$((tenths + 1))
    done
    [ -b "$root" ] || give_up "there is no device $root"
    mount -t ext4 "$root" /root || give_up "cannot mount $root"
    for tree in dev proc sys; do mount -o move "/$tree" "/root/$tree"; done
    exec switch_root /root /sbin/init
fi
[ "$mode" != poweroff ] || poweroff -f
load_modules
shell
