package rolling

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"styleshare/internal/web"
)

// families are the units of deploy/systemd in the order in which they are replaced. Workers come first: new ones know the
// jobs that old servers record, old ones may not know those of new servers.
var families = []string{"styleshare-worker@*.service", "styleshare-scheduler.service", "styleshare@*.service"}

// schedulerPort is that of its admin address, in its unit.
const schedulerPort = 18070

// Units are the instances that systemd runs on this machine, or tries to run, in the order in which to replace them.
func Units(ctx context.Context) ([]Instance, error) {
	var instances []Instance
	for _, family := range families {
		listed, err := systemctl(ctx, "list-units", "--plain", "--no-legend", "--no-pager", "--type=service",
			"--state=active,activating,reloading,failed", family)
		if err != nil {
			return nil, err
		}
		var units []string
		for line := range strings.Lines(listed) {
			if fields := strings.Fields(line); len(fields) > 0 {
				units = append(units, fields[0])
			}
		}
		slices.Sort(units)
		for _, unit := range units {
			instance, err := Unit(unit)
			if err != nil {
				return nil, err
			}
			instances = append(instances, instance)
		}
	}
	return instances, nil
}

var unitName = regexp.MustCompile(`^styleshare(-worker)?@([0-9]{1,5})(\.service)?$`)

// Unit is the instance of one unit, by its name: the part behind the @ is the port that is asked for readiness.
func Unit(name string) (Instance, error) {
	port := schedulerPort
	if name = strings.TrimSuffix(name, ".service"); name != "styleshare-scheduler" {
		m := unitName.FindStringSubmatch(name)
		if m == nil {
			return Instance{}, fmt.Errorf("%s: units are called styleshare@8080, styleshare-worker@18180 and styleshare-scheduler, by their ports", name)
		}
		port, _ = strconv.Atoi(m[2])
	}
	return Instance{
		Name: name, ReadyURL: fmt.Sprintf("http://127.0.0.1:%d%s", port, web.PathReady),
		Restart: func(ctx context.Context) error {
			_, err := systemctl(ctx, "restart", name+".service")
			return err
		},
	}, nil
}

// systemctl runs it and gives what it prints. One that is waiting for a unit is left with the wait, not the unit.
func systemctl(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "systemctl", args...)
	cmd.WaitDelay = time.Second
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("systemctl %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(said.Bytes()))
	}
	return out.String(), nil
}
