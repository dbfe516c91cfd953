package imaging

import (
	"image"
	"math"
	"sync"
)

// The blurhash has 4 × 3 components, 28 characters.
const blurX, blurY = 4, 3

// components are the weights of a blurhash's waves in linear light: of each row, of each column, red, green and blue.
type components [blurY][blurX][3]float64

// blurhash describes a small picture (https://blurha.sh). The library for it takes a tenth of the whole photo's time, as it asks for
// each pixel twelve times, by an interface, and raises it to a power each time; tests hold this against it.
func blurhash(m *image.RGBA) string {
	waves := wavesOf(m)
	most := 0.0 // of all components but the mean
	for j := range waves {
		for i, wave := range waves[j] {
			if i+j > 0 {
				most = max(most, math.Abs(wave[0]), math.Abs(wave[1]), math.Abs(wave[2]))
			}
		}
	}
	scale := min(max(math.Floor(most*166-0.5), 0), 82)
	hash := appendBase83(make([]byte, 0, 28), blurX-1+(blurY-1)*9, 1)
	hash = appendBase83(hash, int(scale), 1)
	for j := range waves {
		for i, wave := range waves[j] {
			if i+j == 0 {
				hash = appendBase83(hash, coded(wave[0])<<16|coded(wave[1])<<8|coded(wave[2]), 4)
				continue
			}
			value := 0
			for _, v := range wave {
				v /= (scale + 1) / 166
				value = 19*value + int(min(max(math.Floor(math.Copysign(math.Sqrt(math.Abs(v)), v)*9+9.5), 0), 18))
			}
			hash = appendBase83(hash, value, 2)
		}
	}
	return string(hash)
}

// wavesOf takes the cosines at the pixels' left and upper edges, as clients do when they draw.
func wavesOf(m *image.RGBA) (waves components) {
	light, width, height := sRGBLight(), m.Rect.Dx(), m.Rect.Dy()
	across := make([][blurX]float64, width)
	for x := range across {
		across[x] = cosines[[blurX]float64](x, width)
	}
	for y := range height {
		var row [blurX][3]float64
		for x, pixels := 0, m.Pix[y*m.Stride:]; x < width; x, pixels = x+1, pixels[4:] {
			r, g, b := light[pixels[0]], light[pixels[1]], light[pixels[2]]
			for i, wave := range across[x] {
				row[i][0] += wave * r
				row[i][1] += wave * g
				row[i][2] += wave * b
			}
		}
		for j, wave := range cosines[[blurY]float64](y, height) {
			for i := range row {
				for c, v := range row[i] {
					waves[j][i][c] += wave * v
				}
			}
		}
	}
	for j := range waves {
		for i := range waves[j] {
			for c := range waves[j][i] {
				waves[j][i][c] *= 2 / float64(width*height)
				if i+j == 0 {
					waves[j][i][c] /= 2
				}
			}
		}
	}
	return waves
}

func cosines[T [blurX]float64 | [blurY]float64](at, of int) (waves T) {
	for i := range len(waves) {
		waves[i] = math.Cos(math.Pi * float64(i) * float64(at) / float64(of))
	}
	return waves
}

// coded gives a value of linear light as sRGB's 0 to 255.
func coded(linear float64) int { return int(255*encodeSRGB(min(max(linear, 0), 1)) + 0.5) }

// sRGBLight is the linear light of sRGB's values.
var sRGBLight = sync.OnceValue(func() *[256]float64 {
	var table [256]float64
	for i := range table {
		if v := float64(i) / 255; v <= 0.04045 {
			table[i] = v / 12.92
		} else {
			table[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return &table
})

func appendBase83(hash []byte, value, digits int) []byte {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
	divisor := 1
	for range digits - 1 {
		divisor *= len(alphabet)
	}
	for ; divisor > 0; divisor /= len(alphabet) {
		hash = append(hash, alphabet[value/divisor%len(alphabet)])
	}
	return hash
}
