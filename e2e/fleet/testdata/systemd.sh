# Runs systemd as the first process of namespaces of its own, with what a package would have installed laid over the
# machine's files: systemd.sh DIR BINARY GROUP. DIR/units are the units, DIR/etc is laid over /etc. Called in a mount namespace
# of its own, as root; it all ends when the process ends, but for the control group.
set -eu
dir=$1 binary=$2 name=$3
if [ "${4-}" != inside ]; then
    # A control group of its own is what systemd takes for the root of all.
    mkdir "$dir/cgroup"
    mount -t cgroup2 cgroup2 "$dir/cgroup"
    mkdir "$dir/cgroup/$name"
    echo $$ >"$dir/cgroup/$name/cgroup.procs"
    exec unshare --cgroup --pid --fork --kill-child --mount-proc --ipc sh "$0" "$dir" "$binary" "$name" inside
fi
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir "$dir/upper" "$dir/work" "$dir/bin"
cp "$binary" "$dir/bin/styleshare"
mount -t overlay overlay -o "lowerdir=$dir/bin:/usr/bin" /usr/bin
mount -t overlay overlay -o "lowerdir=$dir/etc:/etc,upperdir=$dir/upper,workdir=$dir/work" /etc
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd
systemd-sysusers "$dir/units/sysusers.conf"
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=styleshare-test SYSTEMD_UNIT_PATH="$dir/units" SYSTEMD_LOG_TARGET=console \
    /lib/systemd/systemd --system --unit=basic.target --show-status=no
