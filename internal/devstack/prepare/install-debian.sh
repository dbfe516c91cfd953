# Installs the packages named as arguments on Debian or Ubuntu, as root, without starting any of their services: the
# product runs servers of its own. What the machine's owner has configured is put back as it was.
set -eu
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
cluster=/etc/postgresql-common/createcluster.conf
own_policy=
own_cluster=

restore() {
    [ -z "$own_policy" ] || rm -f "$policy"
    [ -n "$own_cluster" ] || return 0
    if [ -e "$cluster.before" ]; then
        mv -f "$cluster.before" "$cluster"
    elif [ -e /usr/share/postgresql-common/createcluster.conf ]; then
        cp /usr/share/postgresql-common/createcluster.conf "$cluster"
    else
        rm -f "$cluster"
    fi
}
trap restore EXIT
trap 'exit 130' INT TERM HUP

# No service starts while packages are unpacked.
if [ ! -e "$policy" ]; then
    own_policy=yes
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi

# PostgreSQL's package would make a cluster and start it with the system.
mkdir -p "${cluster%/*}"
if [ ! -e "$cluster.before" ] && [ -e "$cluster" ]; then
    cp -p "$cluster" "$cluster.before"
fi
own_cluster=yes
echo 'create_main_cluster = false' >"$cluster"

apt-get -qq -o DPkg::Lock::Timeout=120 update
apt-get -qq -y -o DPkg::Lock::Timeout=120 --no-install-recommends install "$@"

for service in "$@"; do
    case $service in
    redis-server | memcached | rabbitmq-server | nginx) update-rc.d "$service" disable ;;
    esac
done
