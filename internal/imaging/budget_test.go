package imaging

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os/exec"
	"testing"
	"testing/synctest"
)

// cjpeg gives a picture as the program of that name writes it, of libjpeg-turbo, which `make test` installs.
func cjpeg(t testing.TB, width, height int, args ...string) []byte {
	t.Helper()
	m := quadrants(width, height, [4]color.NRGBA{red, green, blue, white})
	source := []byte(fmt.Sprintf("P6 %d %d 255\n", width, height))
	for i := 0; i < len(m.Pix); i += 4 {
		source = append(source, m.Pix[i:i+3]...)
	}
	cmd := exec.CommandContext(t.Context(), "cjpeg", args...)
	cmd.Stdin = bytes.NewReader(source)
	file, err := cmd.Output()
	if err != nil {
		t.Fatalf("cjpeg %v: %v", args, err)
	}
	return file
}

// All that decoding and the first scaling allocate, garbage included, is within what the headers announce.
func TestMemoryIsAnnounced(t *testing.T) { //nolint:paralleltest // what others allocate counts, too
	deep := image.NewNRGBA64(rectOf(1600, 1200))
	var deepFile bytes.Buffer
	if err := png.Encode(&deepFile, deep); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{
		"4:2:0":                    cjpeg(t, 4000, 3000),
		"4:4:4":                    cjpeg(t, 2000, 1500, "-sample", "1x1"),
		"4:4:4, not scaled":        cjpeg(t, 1600, 1200, "-sample", "1x1"),
		"4:2:0, slim and high":     cjpeg(t, 300, 6000),
		"progressive":              cjpeg(t, 4000, 3000, "-progressive"),
		"progressive, 4:4:4":       cjpeg(t, 2000, 3000, "-progressive", "-sample", "1x1"),
		"RGB":                      cjpeg(t, 1600, 1200, "-rgb"),
		"RGB, progressive":         cjpeg(t, 1600, 1200, "-rgb", "-progressive"),
		"PNG":                      encodePNG(t, flat(1600, 1200, red)),
		"PNG, 16 bits":             deepFile.Bytes(),
		"gray":                     cjpeg(t, 3000, 2000, "-grayscale"),
		"gray, progressive, small": cjpeg(t, 300, 200, "-grayscale", "-progressive"),
	} {
		head, err := inspect(file, formatOf(t, file), DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		took := allocated(func() {
			photo, err := open(t.Context(), file, head)
			if err != nil {
				t.Fatal(err)
			}
			if _, err = photo.shrink(t.Context(), 640, 480); err != nil {
				t.Fatal(err)
			}
		})
		if want := head.memory(len(file)); took > uint64(want) || took*8 < uint64(want-smallThings) {
			t.Errorf("%s: %d bytes were allocated, %d announced", name, took, want)
		}
	}
}

// A photo waits until others have left enough of the budget, and no longer than its context lasts.
func TestBudgetIsKept(t *testing.T) {
	t.Parallel()
	file := encodeJPEG(t, flat(400, 300, red))
	head, err := inspect(file, JPEG, DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	share := head.memory(len(file))
	for _, c := range []struct {
		name    string
		size    int64
		in      int64 // what others use
		through bool
	}{
		{"enough for two", 2 * share, share, true},
		{"not enough for two", 2*share - 1, share, false},
		{"too small, but nobody else is there", share / 2, 0, true},
		{"too small, and somebody is there", share / 2, 1, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			budget := NewBudget(c.size)
			if err := budget.free.Acquire(t.Context(), c.in); err != nil {
				t.Fatal(err)
			}
			ended := false
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				_, err = budget.Process(ctx, file, JPEG, DefaultLimits())
				ended = true
			}()
			synctest.Wait()
			if ended != c.through || ended && err != nil {
				t.Fatalf("%s: ended %t, %v", c.name, ended, err)
			}
			cancel()
			synctest.Wait()
			if !ended || !c.through && !errors.Is(err, context.Canceled) {
				t.Errorf("%s, after the end of its context: ended %t, %v", c.name, ended, err)
			}
			budget.free.Release(c.in)
			if _, err := budget.Process(t.Context(), file, JPEG, DefaultLimits()); err != nil {
				t.Errorf("%s, when nobody is there: %v", c.name, err)
			}
			if !budget.free.TryAcquire(c.size) {
				t.Errorf("%s: something was not given back", c.name)
			}
		})
	}
}
