package jpeg

import (
	"bytes"
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"styleshare/internal/planar"
)

// scene draws something like a photo: slopes, edges and grain, in colour.
func scene(width, height int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	random := rand.New(rand.NewPCG(1, 2))
	for y := range height {
		for x := range width {
			u, v := float64(x)/float64(width), float64(y)/float64(height)
			grain := 12 * (random.Float64() - 0.5)
			edge := 0.0
			if (x/23+y/31)%2 == 0 {
				edge = 60
			}
			m.Pix[m.PixOffset(x, y)] = clamp(int32(90 + 100*math.Sin(5*u+2*v) + grain + edge))
			m.Pix[m.PixOffset(x, y)+1] = clamp(int32(110 + 90*math.Cos(7*v) + grain))
			m.Pix[m.PixOffset(x, y)+2] = clamp(int32(60 + 150*u + grain - edge/2))
			m.Pix[m.PixOffset(x, y)+3] = 255
		}
	}
	return m
}

// ppm is what cjpeg reads.
func ppm(m *image.RGBA) []byte {
	var b bytes.Buffer
	b.WriteString("P6 " + strconv.Itoa(m.Rect.Dx()) + " " + strconv.Itoa(m.Rect.Dy()) + " 255\n")
	for i := 0; i < len(m.Pix); i += 4 {
		b.Write(m.Pix[i : i+3])
	}
	return b.Bytes()
}

// pipe runs one of the programs of libjpeg-turbo, which `make test` installs.
func pipe(t testing.TB, input []byte, program string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Stdin = bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s (of Debian's libjpeg-turbo-progs): %v\n%s", program, strings.Join(args, " "), err, stderr.String())
	}
	return out
}

// whole asks for all pixels.
func whole(width, height int) (int, int) { return width, height }

func decode(t testing.TB, file []byte, fit func(int, int) (int, int)) *planar.Image {
	t.Helper()
	m, err := Decode(t.Context(), file, fit)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// psnr compares the parts of two planes that are picture, in dB.
func psnr(a, b *planar.Plane) float64 {
	sum := 0.0
	for y := range a.Height {
		for x := range a.Width {
			d := float64(a.Pix[y*a.Stride+x]) - float64(b.Pix[y*b.Stride+x])
			sum += d * d
		}
	}
	if sum == 0 {
		return 99
	}
	return 10 * math.Log10(255*255*float64(a.Width*a.Height)/sum)
}

// pgm reads what djpeg writes of one channel.
func pgm(t testing.TB, file []byte) planar.Plane {
	t.Helper()
	var width, height, most int
	r := bytes.NewReader(file)
	if _, err := fmt.Fscanf(r, "P5\n%d %d\n%d\n", &width, &height, &most); err != nil {
		t.Fatal(err)
	}
	return planar.Plane{Width: width, Height: height, Stride: width, Pix: file[len(file)-width*height:]}
}
