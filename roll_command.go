package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"styleshare/internal/rolling"
)

type rollCommand struct {
	Units    []string      `arg:"" optional:"" name:"unit" help:"Units such as styleshare@8080, in this order; all that run, workers first, where none is named."`
	Process  []string      `placeholder:"PID=URL" help:"Instead of units: a process whose supervisor holds its socket and starts it again, and where it serves /readyz, like 4711=http://127.0.0.1:8080."`
	Patience time.Duration `default:"90s" help:"How long one may take to end and to come back."`
}

// Run replaces the processes of this machine one after the other.
func (c rollCommand) Run(ctx context.Context) error {
	instances, err := c.instances(ctx)
	if err != nil {
		return err
	}
	return rolling.Roll(ctx, instances, c.Patience, os.Stdout)
}

func (c rollCommand) instances(ctx context.Context) (instances []rolling.Instance, err error) {
	for _, process := range c.Process {
		text, url, _ := strings.Cut(process, "=")
		pid, err := strconv.Atoi(text)
		if err != nil || pid < 2 || !strings.HasPrefix(url, "http://") {
			return nil, fmt.Errorf("--process=%s: must be like 4711=http://127.0.0.1:8080", process)
		}
		instances = append(instances, rolling.Process(pid, strings.TrimSuffix(url, "/")))
	}
	for _, name := range c.Units {
		unit, err := rolling.Unit(name)
		if err != nil {
			return nil, err
		}
		instances = append(instances, unit)
	}
	if len(instances) > 0 {
		return instances, nil
	}
	return rolling.Units(ctx)
}
