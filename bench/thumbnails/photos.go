package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/image/draw"
)

// The size of the photos, a phone's.
const width, height = 4032, 3024

// grain is the standard deviation of the noise that a phone's sensor leaves in each channel.
const grain = 2.5

// source is one photo.
type source struct {
	name, path string
	exact      *image.Gray // the luma of the large rendition, scaled exactly
}

// pictures are which of the package's photographs are taken.
var pictures = []string{"RainDrops.jpg", "Storm.jpg", "TwoWings.jpg"}

// sourcesIn makes photos out of pictures: baseline 4:2:0 as phones write it, and the last one progressive, too.
func sourcesIn(ctx context.Context, folder, work string) (all []source, err error) {
	if folder == "" {
		if folder, err = unpack(ctx, work); err != nil {
			return nil, err
		}
	}
	paths, err := filepath.Glob(filepath.Join(folder, "*.jpg"))
	if err != nil || len(paths) == 0 {
		return nil, fmt.Errorf("no JPEGs in %s: %w", folder, errors.Join(err, os.ErrNotExist))
	}
	for i, path := range paths[:min(len(paths), len(pictures))] {
		photo, err := photograph(path)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(filepath.Base(path), ".jpg")
		exact := scaled(photo)
		ways := map[string][]string{name: {"-sample", "2x2"}}
		if i == 0 {
			ways[name+", progressive"] = []string{"-sample", "2x2", "-progressive"}
		}
		for way, flags := range ways {
			s := source{way, filepath.Join(work, way+".jpg"), exact}
			if err = encode(ctx, photo, s.path, flags); err != nil {
				return nil, err
			}
			all = append(all, s)
		}
	}
	return all, nil
}

// unpack fetches the package of photographs; nothing is installed.
func unpack(ctx context.Context, work string) (string, error) {
	const name = "mate-backgrounds"
	download := exec.CommandContext(ctx, "apt-get", "-qq", "download", name)
	download.Dir = work
	if out, err := download.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s was not fetched, name a folder with JPEGs instead: %w\n%s", name, err, out)
	}
	packages, err := filepath.Glob(filepath.Join(work, name+"*.deb"))
	if err != nil || len(packages) == 0 {
		return "", fmt.Errorf("%s was not fetched: %w", name, errors.Join(err, os.ErrNotExist))
	}
	unpacked := filepath.Join(work, "package")
	if out, err := exec.CommandContext(ctx, "dpkg", "-x", packages[0], unpacked).CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s was not unpacked: %w\n%s", name, err, out)
	}
	chosen := filepath.Join(work, "pictures")
	if err := os.Mkdir(chosen, 0o750); err != nil {
		return "", err
	}
	for _, picture := range pictures {
		if err := os.Rename(filepath.Join(unpacked, "usr", "share", "backgrounds", "mate", "nature", picture), filepath.Join(chosen, picture)); err != nil {
			return "", err
		}
	}
	return chosen, nil
}

// photograph fills the frame with a picture and adds grain.
func photograph(path string) (*image.RGBA, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	m, err := jpeg.Decode(bufio.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	b := m.Bounds()
	part := b
	if b.Dx()*height > b.Dy()*width {
		part.Min.X = b.Min.X + (b.Dx()-b.Dy()*width/height)/2
		part.Max.X = part.Min.X + b.Dy()*width/height
	} else {
		part.Min.Y = b.Min.Y + (b.Dy()-b.Dx()*height/width)/2
		part.Max.Y = part.Min.Y + b.Dx()*height/width
	}
	photo := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.CatmullRom.Scale(photo, photo.Rect, m, part, draw.Src, nil)
	random := rand.New(rand.NewPCG(2011, 2026))
	for i := range photo.Pix {
		if i%4 != 3 {
			photo.Pix[i] = uint8(min(max(float64(photo.Pix[i])+grain*random.NormFloat64()+0.5, 0), 255))
		}
	}
	return photo, nil
}

func encode(ctx context.Context, photo *image.RGBA, path string, flags []string) error {
	var ppm bytes.Buffer
	fmt.Fprintf(&ppm, "P6 %d %d 255\n", width, height)
	for i := 0; i < len(photo.Pix); i += 4 {
		ppm.Write(photo.Pix[i : i+3])
	}
	cmd := exec.CommandContext(ctx, "cjpeg", append([]string{"-quality", strconv.Itoa(92), "-outfile", path}, flags...)...)
	cmd.Stdin = &ppm
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("cjpeg (Debian's libjpeg-turbo-progs): %w\n%s", err, out)
	}
	return nil
}

// install brings sharp, in the version of package-lock.json.
func install(ctx context.Context) error {
	if _, err := os.Stat("bench/thumbnails/node_modules/sharp"); err == nil {
		return nil
	}
	cmd := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
	cmd.Dir, cmd.Stdout, cmd.Stderr = "bench/thumbnails", os.Stderr, os.Stderr
	return cmd.Run()
}

func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "an unknown processor"
	}
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
		}
	}
	return "an unknown processor"
}
