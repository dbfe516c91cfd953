// Command day replays a day of StyleShare against the policies of deploy/kubernetes and deploy/aws, as they stand there, and
// draws how many servers and workers there are, how busy they are, and what waits. docs/scaling.md shows the picture.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

// growth is how many times the day the second pair of runs is: the day itself needs no scaler.
const growth = 20

// seed makes the day that is drawn.
const seed = 2012

func main() {
	out := flag.String("out", "docs/scaling-day.svg", "where the picture goes")
	deploy := flag.String("deploy", "deploy", "where the policies are")
	flag.Parse()
	if err := replay(*deploy, *out, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "day:", err)
		os.Exit(1)
	}
}

// replay simulates both fleets, draws them and tells what came of it.
func replay(deploy, out string, report io.Writer) error {
	runs, err := simulateAll(deploy, report)
	if err != nil {
		return err
	}
	file, err := os.Create(out)
	if err != nil {
		return err
	}
	if err = draw(file, runs); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}

func simulateAll(deploy string, report io.Writer) (runs []run, err error) {
	files := os.DirFS(deploy)
	pods, err := kubernetes(files)
	if err != nil {
		return nil, err
	}
	machines, err := aws(files)
	if err != nil {
		return nil, err
	}
	for _, grown := range []float64{1, growth} {
		for _, f := range []fleet{pods, machines} {
			moments, rest := simulate(f, grown, seed)
			r := run{f, grown, moments}
			runs = append(runs, r)
			fmt.Fprintf(report, "%s:\n  %s\n", r.title(), judge(moments, rest))
		}
	}
	return runs, nil
}
