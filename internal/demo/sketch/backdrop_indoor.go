package sketch

import "math/rand/v2"

func studio(c *canvas, t tone, rng *rand.Rand) {
	c.fade(0, 0, sceneWidth, 1130, t.wall.darker(0.05), t.wall.lighter(0.12))
	c.fade(0, 1130, sceneWidth, sceneHeight, t.wall.lighter(0.12).Mix(t.floor, 0.35), t.floor)
	c.glow(pt{420, 480}, 620, 700, t.accent, 0.75)
	if rng.IntN(2) == 0 { // a sheet of paper hung behind
		c.cloth(rect(170, -20, 910, 1180), stiff(t.accent.Mix(t.detail, 0.3)))
		c.fade(170, 1180, 910, sceneHeight, t.accent.Mix(t.detail, 0.36), t.accent.Mix(t.detail, 0.2))
	}
	// light of a window on the wall
	for i := range 2 {
		x := 90 + float64(i)*170
		c.wash(path{{x, 150}, {x + 140, 110}, {x + 140, 560}, {x, 620}}, Hex(0xfffbee), 0.28)
	}
}

func arch(c *canvas, t tone, rng *rand.Rand) {
	c.fade(0, 0, sceneWidth, 1150, t.wall.lighter(0.1), t.wall)
	ground(c, 1150, t.floor)
	x := 540 + 60*(rng.Float64()-0.5)
	door := outline(path{{x - 350, 1160}}, curve(pt{x - 350, 560}, pt{x - 245, 290}, pt{x, 180}, pt{x + 245, 290}, pt{x + 350, 560}), path{{x + 350, 1160}})
	c.cloth(door, stiff(t.accent.lighter(0.12)))
	c.fill(ellipse(pt{x + 250, 250}, 120, 120), t.detail.lighter(0.35))
	c.cloth(rect(60, 950, 260, 1190), stiff(t.wall.darker(0.1)))
	c.fade(60, 940, 260, 955, t.wall.lighter(0.5), t.wall.lighter(0.5))
	plant(c, 160, 945, 130, t.detail, rng)
	c.cloth(roundRect(850, 1000, 1030, 1190, 20), stiff(t.detail))
	c.wash(path{{0, 0}, {240, 0}, {820, 1150}, {480, 1150}}, Hex(0xfff6dd), 0.14)
}

func cafe(c *canvas, t tone, rng *rand.Rand) {
	c.fade(0, 0, sceneWidth, 1120, t.wall.lighter(0.15), t.wall)
	c.fade(0, 820, sceneWidth, 1120, t.accent, t.accent.darker(0.15)) // the panelled part of the wall
	for x := 20.0; x < sceneWidth; x += 150 {
		c.ring(rect(x, 860, x+115, 1080), 5, t.accent.darker(0.3), 0.6)
	}
	c.fade(0, 808, sceneWidth, 824, t.accent.lighter(0.3), t.accent.darker(0.1))
	boards(c, 1120, t.floor)
	window(c, 70, 150, 420, 690, t, rng)
	// shelf with cups and a board with today's menu
	c.fill(roundRect(720, 210, 1010, 470, 10), Hex(0x2f3733))
	for i := range 5 {
		w := 90 + 100*rng.Float64()
		c.stroke(path{{760, 265 + 38*float64(i)}, {760 + w, 265 + 38*float64(i)}}, 8, Hex(0xf2ead9), 0.8)
	}
	c.fill(rect(690, 640, 1040, 658), t.detail)
	for i := range 5 {
		x := 715 + 62*float64(i)
		c.fill(roundRect(x, 590, x+40, 640, 8), []RGB{t.wall.lighter(0.6), t.accent.lighter(0.4), Hex(0xd9a05b)}[rng.IntN(3)])
	}
	for _, x := range []float64{300, 800} {
		c.stroke(path{{x, 0}, {x, 70}}, 4, Hex(0x3a302a), 1)
		c.fill(blob(pt{x - 55, 125}, pt{x - 30, 75}, pt{x + 30, 75}, pt{x + 55, 125}), t.detail)
		c.glow(pt{x, 140}, 150, 120, Hex(0xffe6b0), 0.6)
	}
	c.fill(ellipse(pt{930, 1010}, 150, 26), t.detail.lighter(0.2)) // a round table
	c.fill(rect(920, 1020, 940, 1250), t.detail.darker(0.2))
	c.fill(ellipse(pt{930, 1256}, 90, 16), t.detail.darker(0.3))
	c.fill(roundRect(890, 955, 945, 1005, 10), Hex(0xfaf5ec))
	plant(c, 130, 1230, 150, t.wall.darker(0.2), rng)
}

// window has four panes with a bright day outside.
func window(c *canvas, x0, y0, x1, y1 float64, t tone, rng *rand.Rand) {
	c.fill(rect(x0-22, y0-22, x1+22, y1+22), t.detail)
	c.fade(x0, y0, x1, y1, Hex(0xd8ebf2), Hex(0xf5f3e2))
	for range 9 {
		p := pt{x0 + rng.Float64()*(x1-x0), y1 - rng.Float64()*0.45*(y1-y0)}
		c.glow(p, 80, 70, Hex(0x86a877), 0.7)
	}
	mx, my := (x0+x1)/2, (y0+y1)/2
	c.fill(rect(mx-8, y0, mx+8, y1), t.detail)
	c.fill(rect(x0, my-8, x1, my+8), t.detail)
	c.fill(rect(x0-40, y1+16, x1+40, y1+40), t.detail.lighter(0.15))
}

func room(c *canvas, t tone, rng *rand.Rand) {
	c.fade(0, 0, sceneWidth, 1160, t.wall.lighter(0.08), t.wall.darker(0.03))
	boards(c, 1160, t.floor)
	c.fill(rect(0, 1130, sceneWidth, 1162), t.accent)
	// the mirror, with the room behind in it
	c.fill(roundRect(150, 60, 930, 1290, 60), t.detail)
	c.cloth(roundRect(178, 88, 902, 1290, 44), stiff(t.wall.lighter(0.35)))
	c.fade(178, 1080, 902, 1290, t.floor.darker(0.08), t.floor.lighter(0.1))
	curtain := t.accent.lighter(0.3)
	for i := range 5 {
		x := 190 + 38*float64(i)
		c.fade(x, 90, x+38, 1080, curtain.darker(0.05*float64(i%2)), curtain.darker(0.08+0.05*float64(i%2)))
	}
	c.fade(705, 780, 890, 1080, t.detail.lighter(0.25), t.detail.lighter(0.1)) // a chest of drawers
	for y := 830.0; y < 1080; y += 84 {
		c.stroke(path{{715, y + 40}, {880, y + 40}}, 4, t.detail.darker(0.3), 0.7)
		c.fill(ellipse(pt{798, y}, 9, 9), Hex(0xe0c58c))
	}
	plant(c, 790, 782, 92, t.accent.darker(0.15), rng)
	c.wash(path{{178, 88}, {420, 88}, {180, 700}}, Hex(0xffffff), 0.25)
	c.fill(ellipse(pt{540, 1400}, 520, 90), t.accent.lighter(0.2)) // a rug
	c.ring(ellipse(pt{540, 1400}, 470, 74), 8, t.detail, 0.5)
	plant(c, 70, 1240, 120, t.detail.lighter(0.4), rng)
}

func gallery(c *canvas, t tone, rng *rand.Rand) {
	c.fade(0, 0, sceneWidth, 1130, t.wall.lighter(0.3), t.wall.darker(0.03))
	ground(c, 1130, t.floor)
	c.fade(0, 1112, sceneWidth, 1132, t.wall.darker(0.12), t.wall.darker(0.12))
	for i, x := range []float64{40, 690} {
		w, h := 330.0, 440.0
		y := 190 + 60*float64(i)
		c.glow(pt{x + w/2, y + h/2 + 30}, w*0.72, h*0.66, Hex(0x40383a), 0.3)
		c.fill(rect(x-12, y-12, x+w+12, y+h+12), Hex(0x3b332e))
		c.fill(rect(x, y, x+w, y+h), Hex(0xfaf6ee))
		painting(c, x+30, y+30, w-60, h-60, t, rng)
	}
	for _, x := range []float64{200, 540, 870} {
		c.glow(pt{x, 40}, 260, 420, Hex(0xfff6df), 0.5)
	}
	c.cloth(path{{700, 1080}, {1040, 1080}, {1040, 1120}, {700, 1120}}, stiff(Hex(0x5b4a3d))) // a bench
	c.fill(rect(720, 1120, 745, 1210), Hex(0x3c3029))
	c.fill(rect(1000, 1120, 1025, 1210), Hex(0x3c3029))
}

// painting is abstract.
func painting(c *canvas, x, y, w, h float64, t tone, rng *rand.Rand) {
	cols := []RGB{t.accent, t.detail, t.accent.lighter(0.5), t.detail.lighter(0.5), Hex(0xe8d9bf)}
	c.fill(rect(x, y, x+w, y+h), cols[4])
	for i := range 4 {
		cx, cy := x+w*(0.25+0.5*rng.Float64()), y+h*(0.2+0.6*rng.Float64())
		r := w * (0.12 + 0.14*rng.Float64())
		if i%2 == 0 {
			c.fill(ellipse(pt{cx, cy}, r, r), cols[i])
		} else {
			c.fill(blob(pt{cx - r, cy + r*0.4}, pt{cx - r*0.3, cy - r}, pt{cx + r, cy - r*0.2}, pt{cx + r*0.4, cy + r}), cols[i])
		}
	}
	c.stroke(curve(pt{x + 0.1*w, y + 0.8*h}, pt{x + 0.4*w, y + 0.65*h}, pt{x + 0.6*w, y + 0.85*h}, pt{x + 0.9*w, y + 0.7*h}), 7, cols[rng.IntN(2)].darker(0.3), 1)
}
