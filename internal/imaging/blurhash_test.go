package imaging

import (
	"image"
	"math/rand/v2"
	"testing"

	library "github.com/bbrks/go-blurhash"
)

// Pictures are no darker than where the library's mean becomes half as bright as it should be.
func TestBlurhashIsTheLibrarys(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 8))
	for range 200 {
		m := image.NewRGBA(rectOf(1+random.IntN(32), 1+random.IntN(32)))
		spread := 1 + random.IntN(240)
		for i := range m.Pix {
			m.Pix[i] = uint8(16 + random.IntN(spread))
			if i%4 == 3 {
				m.Pix[i] = 255
			}
		}
		want, err := library.Encode(blurX, blurY, m)
		if err != nil {
			t.Fatal(err)
		}
		if got := blurhash(m); got != want {
			t.Errorf("%v: %s, the library says %s", m.Rect, got, want)
		}
	}
}
