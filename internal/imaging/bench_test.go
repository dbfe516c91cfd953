package imaging

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// photo12MP is the size of a phone's photo, with slopes, edges and grain; PHOTO=path takes a real one instead.
func photo12MP(b *testing.B) []byte {
	b.Helper()
	if path := os.Getenv("PHOTO"); path != "" {
		file, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		return file
	}
	random := rand.New(rand.NewPCG(1, 2))
	m := image.NewRGBA(rectOf(4032, 3024))
	for y := range 3024 {
		for x := range 4032 {
			u, v := float64(x)/400, float64(y)/300
			grain := random.Float64() * 6
			if (x/90+y/70)%3 == 0 {
				grain += 40
			}
			at := m.Pix[m.PixOffset(x, y):][:4]
			at[0], at[1], at[2], at[3] = uint8(110+80*math.Sin(u)+grain), uint8(100+70*math.Cos(v)+grain), uint8(90+60*math.Sin(u+v)+grain), 255
		}
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, m, &jpeg.Options{Quality: 92}); err != nil {
		b.Fatal(err)
	}
	return file.Bytes()
}

func BenchmarkPhotoOf12Megapixels(b *testing.B) {
	file := photo12MP(b)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Process(b.Context(), file, JPEG, DefaultLimits()); err != nil {
			b.Fatal(err)
		}
	}
}
