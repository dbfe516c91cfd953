package sketch

import "math/rand/v2"

// Backdrop is where a picture was taken.
type Backdrop int

// The backdrops.
const (
	Studio Backdrop = iota
	Arch
	Cafe
	Street
	Park
	Brick
	Room
	Night
	River
	Hanok
	Gallery
	Backdrops // how many there are
)

// tone is the colours of a backdrop: a wall, a floor, and two that stand out.
type tone struct{ wall, floor, accent, detail RGB }

func tones(v ...uint32) (out []tone) {
	for i := 0; i < len(v); i += 4 {
		out = append(out, tone{Hex(v[i]), Hex(v[i+1]), Hex(v[i+2]), Hex(v[i+3])})
	}
	return out
}

// set is a backdrop that can be drawn, on the scene. People stand at y 1340.
type set struct {
	tones []tone
	draw  func(*canvas, tone, *rand.Rand)
}

var backdrops = [Backdrops]set{
	Studio:  {tones(0xe9dccb, 0xd8c5ae, 0xf6eee2, 0xc9ab8a, 0xcfd8dc, 0xb4c0c6, 0xe9eef0, 0x8aa0aa, 0xe6c9c3, 0xd2aba4, 0xf5e4df, 0xb67f77, 0xc9d2bd, 0xacb89c, 0xe4eada, 0x7f8f69, 0xd5cfe3, 0xb7afcc, 0xece8f4, 0x8d81ab), studio},
	Arch:    {tones(0xf0e4d4, 0xdcc7ad, 0xd9825f, 0xb9573a, 0xe8e4da, 0xcfc7b6, 0x7f9a82, 0x55705c, 0xf3dfd3, 0xdfbfae, 0x6f8fb3, 0x45658c, 0xe9e3ef, 0xcdc2d8, 0xe3b34f, 0xb9862a), arch},
	Cafe:    {tones(0xefe3cf, 0xb98d64, 0x51705c, 0x7a5136, 0xdfe3d3, 0xa9805c, 0xb5573c, 0x6b4a35, 0xf0d9c6, 0x9d7355, 0x3f5a75, 0x6d4733, 0xe6dcd4, 0x8c6a55, 0xcf9a3e, 0x57402f), cafe},
	Street:  {tones(0xbcd6e6, 0xb3aca4, 0xc75b45, 0xe8dcc8, 0xd9dfe0, 0xa7a5a3, 0x3f6b5c, 0xd9c7ad, 0xf0d4b8, 0xb6a396, 0x35507a, 0xe6d3bf, 0xc6dbe8, 0xaaa7a8, 0xd9a13b, 0xc9bfb3), street},
	Park:    {tones(0xcfe4ec, 0x9fb777, 0x6f9455, 0xd9c7a0, 0xf3e2c6, 0xc2a95e, 0xc9803a, 0xe2cfa8, 0xe5eef0, 0xa9bf95, 0x5c8a6b, 0xd9cbb0, 0xf6dfe0, 0xa8bd83, 0xe7a4b1, 0xe0cfb0), park},
	Brick:   {tones(0xa9604a, 0xb5aca3, 0x33493f, 0x8a4837, 0xe4ddd2, 0xbab2a8, 0x38557a, 0xcfc6b8, 0x8b6a5c, 0xa79f98, 0xc98f3d, 0x72534a), brick},
	Room:    {tones(0xeadfd3, 0xc9a27a, 0xf5ede3, 0x8f6a4a, 0xd6dde0, 0xb89a7c, 0xeef2f3, 0x4d5a63, 0xe9d3cd, 0xbf9474, 0xf7eae6, 0x9a6556, 0xdbdfcd, 0xb8946d, 0xeff1e7, 0x66714f), room},
	Night:   {tones(0x232a4a, 0x2e3145, 0xff8e6b, 0x58c7d9, 0x3a2547, 0x3a2f47, 0xff6fa3, 0xffd27a, 0x16323f, 0x26363f, 0xffc66b, 0x6fe0b8), night},
	River:   {tones(0xf7c9a5, 0xb9a796, 0xe98a6c, 0x6f86a8, 0xbfdcec, 0xc6bcae, 0xf6efe2, 0x7ba3bd, 0xd9c2dd, 0xb5a6ad, 0xf3a88c, 0x7f83ab), river},
	Hanok:   {tones(0xd4e4ea, 0xc8b79e, 0x8a6446, 0x4a4e52, 0xf4e3cd, 0xbfa98c, 0x7d5540, 0x53504d, 0xdfe9e2, 0xc4b6a0, 0x6f5a44, 0x44504f), hanok},
	Gallery: {tones(0xf1efeb, 0xb9b3aa, 0xd65f45, 0x2f5d8a, 0xe9e7e6, 0xcdb497, 0xe0a93f, 0x3f6b54, 0xefe8e4, 0xa8a3a1, 0x8e6bb0, 0xe58a76), gallery},
}

// ground is the floor from a line on, a little darker towards the back.
func ground(c *canvas, y float64, col RGB) {
	c.fade(0, y, sceneWidth, sceneHeight, col.darker(0.1), col.lighter(0.08))
}

// boards are planks of a floor that run towards the horizon.
func boards(c *canvas, y float64, col RGB) {
	ground(c, y, col)
	for i := -14; i <= 14; i++ {
		x := float64(i)
		c.stroke(path{{540 + x*62, y}, {540 + x*190, sceneHeight}}, 3, col.darker(0.35), 0.45)
	}
}

// plant stands in a pot at x on the floor.
func plant(c *canvas, x, y, size float64, pot RGB, rng *rand.Rand) {
	leaf := Hex(0x4f7a52)
	for i := range 11 {
		a := -1.35 + 0.27*float64(i) + 0.1*rng.Float64()
		m := about(pt{x, y - 0.9*size}, a)
		l := size * (1.5 + 0.7*rng.Float64())
		c.in(m, func() {
			base := pt{x, y - 0.9*size}
			c.fill(blob(base, base.add(pt{-0.2 * size, -0.5 * l}), base.add(pt{0, -l}), base.add(pt{0.2 * size, -0.5 * l})), leaf.Mix(Hex(0x9cb86f), 0.15+0.5*rng.Float64()).darker(0.12*rng.Float64()))
		})
	}
	c.glow(pt{x, y}, 0.8*size, 0.16*size, Hex(0x1c1420), 0.5)
	c.cloth(path{{x - 0.5*size, y - 0.9*size}, {x + 0.5*size, y - 0.9*size}, {x + 0.36*size, y}, {x - 0.36*size, y}}, stiff(pot))
}

// tree has a round crown made of leaves of light and dark.
func tree(c *canvas, x, y, size float64, crown RGB, rng *rand.Rand) {
	trunk := Hex(0x6e5442)
	c.fill(path{{x - 0.07*size, y}, {x - 0.04*size, y - size}, {x + 0.04*size, y - size}, {x + 0.08*size, y}}, trunk)
	for i := range 26 {
		p := pt{x + (rng.Float64()-0.5)*0.95*size, y - size*(0.75+0.85*rng.Float64())}
		col := crown.darker(0.25).Mix(crown.lighter(0.3), float64(i)/25)
		c.wash(ellipse(p, size*(0.16+0.1*rng.Float64()), size*(0.13+0.08*rng.Float64())), col, 0.9)
	}
}

// cloud is a few soft discs.
func cloud(c *canvas, x, y, size float64) {
	for _, d := range []pt{{0, 0}, {0.8, -0.25}, {1.6, 0}, {0.8, 0.12}} {
		c.wash(ellipse(pt{x + d.x*size, y + d.y*size}, 0.75*size, 0.42*size), Hex(0xffffff), 0.55)
	}
}
