// Package fleet tests the product among the programs of a fleet (nginx, systemd and others of Debian's packages), and what
// takes longer than the other tests may: `make fleet-test`, or one subject of it with `make fleet-test TEST=Rolling`.
package fleet
