package sketch

import (
	"math"
	"math/rand/v2"
)

func street(c *canvas, t tone, rng *rand.Rand) {
	c.fade(0, 0, sceneWidth, 1130, t.wall, t.wall.lighter(0.5))
	for x := -30.0; x < sceneWidth; { // houses far away
		w, h := 130+120*rng.Float64(), 350+330*rng.Float64()
		col := t.detail.Mix(t.wall, 0.25+0.3*rng.Float64())
		c.fade(x, 1060-h, x+w, 1060, col.lighter(0.1), col)
		for wy := 1090 - h; wy < 820; wy += 58 {
			for wx := x + 18; wx < x+w-30; wx += 44 {
				c.fill(rect(wx, wy, wx+24, wy+34), col.darker(0.22).Mix(Hex(0xfff0c8), 0.5*rng.Float64()))
			}
		}
		x += w + 6
	}
	shop(c, -40, 430, t, t.accent, rng)
	shop(c, 650, 1120, t, t.detail.darker(0.25), rng)
	ground(c, 1130, t.floor)
	c.fade(0, 1120, sceneWidth, 1140, t.floor.lighter(0.35), t.floor.lighter(0.2))
	for i := range 7 { // a crossing
		x := -160 + float64(i)*210
		c.wash(path{{x + 60, 1200}, {x + 150, 1200}, {x + 110, sceneHeight}, {x - 10, sceneHeight}}, Hex(0xf8f4ea), 0.75)
	}
	tree(c, 560, 1130, 300, Hex(0x7d9d63), rng)
}

// shop has a striped awning and a bright window.
func shop(c *canvas, x0, x1 float64, t tone, col RGB, rng *rand.Rand) {
	c.fade(x0, 560, x1, 1130, col.lighter(0.15), col.darker(0.05))
	c.fade(x0+40, 740, x1-150, 1060, Hex(0xfff3d6), Hex(0xe7d3b0))
	for i := range 5 {
		c.glow(pt{x0 + 70 + 55*float64(i), 1000 - 40*rng.Float64()}, 34, 70, []RGB{t.accent, t.detail.darker(0.3), Hex(0x6f8a6a)}[rng.IntN(3)], 0.8)
	}
	c.fade(x1-130, 720, x1-30, 1130, col.darker(0.3), col.darker(0.4))
	c.fill(rect(x1-112, 745, x1-48, 920), Hex(0xd9e6e8))
	c.fill(roundRect(x0+60, 590, x1-70, 650, 14), Hex(0xfbf5e9))
	for i := range 6 {
		c.fill(roundRect(x0+100+42*float64(i), 608, x0+122+42*float64(i), 632, 8), col.darker(0.25))
	}
	n := int((x1 - x0) / 48)
	for i := range n {
		stripe := Hex(0xfbf5e9)
		if i%2 == 0 {
			stripe = col.darker(0.08)
		}
		x := x0 + float64(i)*48
		c.fill(outline(path{{x + 8, 668}, {x + 48, 668}, {x + 44, 730}}, curve(pt{x + 44, 730}, pt{x + 20, 750}, pt{x - 4, 730})), stripe)
	}
}

func park(c *canvas, t tone, rng *rand.Rand) {
	c.fade(0, 0, sceneWidth, 900, t.wall, t.wall.lighter(0.6))
	cloud(c, 120, 180, 90)
	cloud(c, 760, 110, 70)
	hill := curve(pt{0, 760}, pt{240, 660}, pt{520, 740}, pt{820, 640}, pt{1080, 730})
	c.fill(outline(hill, path{{1080, 1000}, {0, 1000}}), t.accent.Mix(t.wall, 0.55))
	for i := range 6 {
		tree(c, 40+200*float64(i)+60*rng.Float64(), 930, 170+50*rng.Float64(), t.accent.Mix(t.wall, 0.3), rng)
	}
	c.fade(0, 900, sceneWidth, sceneHeight, t.floor.lighter(0.2), t.floor.darker(0.12))
	c.fill(outline(curve(pt{470, 900}, pt{380, 1080}, pt{60, sceneHeight}), curve(pt{1020, sceneHeight}, pt{680, 1080}, pt{560, 900})), t.detail)
	tree(c, 60, 1150, 480, t.accent, rng)
	tree(c, 1010, 1110, 420, t.accent.Mix(t.floor, 0.3), rng)
	wood := Hex(0x8a6243)
	for i := range 3 {
		c.fill(rect(760, 990+24*float64(i), 1010, 1006+24*float64(i)), wood.lighter(0.1*float64(i)))
	}
	c.fill(rect(785, 1060, 800, 1130), Hex(0x3f3a38))
	c.fill(rect(970, 1060, 985, 1130), Hex(0x3f3a38))
	for range 40 { // leaves on the ground
		c.wash(ellipse(pt{rng.Float64() * sceneWidth, 1120 + rng.Float64()*310}, 9, 5), t.accent.lighter(0.25*rng.Float64()), 0.8)
	}
	c.glow(pt{200, 120}, 520, 520, Hex(0xfff3cf), 0.55)
}

func brick(c *canvas, t tone, rng *rand.Rand) {
	c.fade(0, 0, sceneWidth, 1150, t.wall, t.wall.darker(0.06))
	const h = 38.0
	for row := 0; float64(row)*h < 1150; row++ {
		for x := -45 * float64(row%2); x < sceneWidth; x += 90 {
			col := t.wall.Mix(t.detail, rng.Float64()).lighter(0.08 * rng.Float64())
			c.fade(x+2, float64(row)*h+2, x+88, float64(row)*h+h-2, col, col)
		}
	}
	c.fill(rect(640, 330, 1010, 1150), Hex(0xe9e1d3)) // a door in its frame
	c.fade(668, 360, 982, 1150, t.accent.lighter(0.08), t.accent.darker(0.1))
	for _, y := range []float64{410, 800} {
		for _, x := range []float64{700, 840} {
			c.ring(rect(x, y, x+110, y+300), 6, t.accent.darker(0.4), 0.7)
		}
	}
	c.fill(ellipse(pt{950, 790}, 14, 14), Hex(0xd9b56a))
	c.fill(rect(150, 330, 168, 400), Hex(0x2d2a2a)) // a lamp
	c.fill(roundRect(120, 390, 198, 500, 20), Hex(0xffe9bd))
	c.glow(pt{160, 460}, 330, 380, Hex(0xffe3ae), 0.5)
	ground(c, 1150, t.floor)
	for y := 1190.0; y < sceneHeight; y *= 1.06 {
		c.stroke(path{{0, y}, {sceneWidth, y}}, 3, t.floor.darker(0.3), 0.4)
	}
	plant(c, 90, 1215, 150, Hex(0x8d8078), rng)
	plant(c, 1030, 1225, 110, Hex(0x5c5450), rng)
}

func night(c *canvas, t tone, rng *rand.Rand) {
	c.fade(0, 0, sceneWidth, 1140, t.wall.darker(0.25), t.wall.lighter(0.12))
	for x := -20.0; x < sceneWidth; {
		w, h := 120+110*rng.Float64(), 420+420*rng.Float64()
		col := t.wall.darker(0.3 * rng.Float64())
		c.fade(x, 1100-h, x+w, 1140, col, col.lighter(0.08))
		for wy := 1130 - h; wy < 900; wy += 52 {
			for wx := x + 16; wx < x+w-26; wx += 40 {
				if rng.IntN(3) > 0 {
					c.wash(rect(wx, wy, wx+20, wy+28), t.accent.Mix(Hex(0xffe9b8), 0.6), 0.25+0.6*rng.Float64())
				}
			}
		}
		x += w + 8
	}
	ground(c, 1130, t.floor)
	for range 34 { // lights out of focus, and what the wet street makes of them
		p := pt{rng.Float64() * sceneWidth, 380 + 640*rng.Float64()}
		col := []RGB{t.accent, t.detail, Hex(0xffe9b8)}[rng.IntN(3)]
		r := 24 + 46*rng.Float64()
		c.wash(ellipse(p, r, r), col, 0.16+0.2*rng.Float64())
		c.ring(ellipse(p, r, r), 3, col.lighter(0.4), 0.25)
		c.glow(pt{p.x, 1240 + 0.2*(1020-p.y)}, r, 120, col, 0.3)
	}
	for i, col := range []RGB{t.accent, t.detail} { // signs
		x, y := 90+720*float64(i), 300+120*float64(i)
		c.glow(pt{x + 70, y + 120}, 220, 260, col, 0.5)
		c.ring(roundRect(x, y, x+140, y+240, 24), 10, col.lighter(0.35), 1)
		c.stroke(curve(pt{x + 35, y + 170}, pt{x + 55, y + 70}, pt{x + 85, y + 170}, pt{x + 105, y + 70}), 10, col.lighter(0.6), 1)
	}
	c.glow(pt{540, 700}, 620, 800, Hex(0xffdcb8), 0.28) // a lamp over the street, so that clothes can be seen
}

func river(c *canvas, t tone, rng *rand.Rand) {
	c.fade(0, 0, sceneWidth, 790, t.detail.lighter(0.35).Mix(t.wall, 0.4), t.wall.lighter(0.25))
	c.glow(pt{760, 560}, 420, 420, t.accent.lighter(0.4), 0.9)
	c.fill(ellipse(pt{760, 600}, 70, 70), Hex(0xfff6e0))
	for x := -20.0; x < sceneWidth; { // the other bank
		w, h := 50+70*rng.Float64(), 60+170*rng.Float64()
		c.fill(rect(x, 780-h, x+w, 790), t.detail.Mix(t.wall, 0.45))
		x += w
	}
	c.fade(0, 785, sceneWidth, 1090, t.detail.lighter(0.3), t.detail)
	for range 60 {
		x, y := rng.Float64()*sceneWidth, 800+280*rng.Float64()
		c.stroke(path{{x, y}, {x + 30 + 70*rng.Float64(), y}}, 4, t.wall.lighter(0.6), 0.5)
	}
	steel := t.detail.darker(0.35) // a bridge
	c.fill(rect(0, 690, sceneWidth, 712), steel)
	for x := 60.0; x < sceneWidth; x += 320 {
		c.fill(rect(x, 700, x+26, 830), steel)
		c.stroke(curve(pt{x - 147, 690}, pt{x + 13, 590}, pt{x + 173, 690}), 10, steel, 1)
	}
	ground(c, 1080, t.floor)
	rail := Hex(0x5b5652)
	for _, y := range []float64{930, 1000} {
		c.stroke(path{{0, y}, {sceneWidth, y}}, 9, rail, 1)
	}
	for x := 30.0; x < sceneWidth; x += 170 {
		c.fill(rect(x, 910, x+12, 1090), rail)
	}
	for y := 1130.0; y < sceneHeight; y *= 1.07 {
		c.stroke(path{{0, y}, {sceneWidth, y}}, 3, t.floor.darker(0.3), 0.35)
	}
}

func hanok(c *canvas, t tone, rng *rand.Rand) {
	c.fade(0, 0, sceneWidth, 600, t.wall, t.wall.lighter(0.6))
	tree(c, 900, 620, 420, Hex(0xc9703f).Mix(Hex(0x88a05e), float64(rng.IntN(2))), rng)
	roof := outline(curve(pt{-60, 330}, pt{200, 400}, pt{540, 425}, pt{880, 400}, pt{1140, 320}), curve(pt{1140, 400}, pt{880, 500}, pt{540, 530}, pt{200, 500}, pt{-60, 410}))
	c.fill(rect(0, 480, sceneWidth, 1130), Hex(0xf2e9da))
	for x := 0.0; x <= sceneWidth; x += 270 { // posts and beams
		c.fade(x-16, 480, x+16, 1130, t.accent, t.accent.darker(0.2))
	}
	c.fade(0, 530, sceneWidth, 572, t.accent, t.accent.darker(0.25))
	c.fill(roof, t.detail)
	for i := range 38 { // round tiles
		x := -20 + 30*float64(i)
		d := (x - 540) / 600
		y := 528 - 118*d*d
		c.fill(ellipse(pt{x, y}, 13, 15), t.detail.lighter(0.18))
		c.stroke(path{{x, y - 105}, {x, y - 12}}, 5, t.detail.darker(0.35), 0.6)
	}
	for _, x := range []float64{56, 866} { // a lattice window
		c.fill(rect(x-10, 610, x+168, 860), t.accent.darker(0.1))
		c.fill(rect(x, 620, x+158, 850), Hex(0xfbf4e2))
		for i := range 4 {
			k := x + 32*float64(i+1)
			c.stroke(path{{k, 620}, {k, 850}}, 5, t.accent, 1)
			c.stroke(path{{x, 620 + 46*float64(i+1)}, {x + 158, 620 + 46*float64(i+1)}}, 5, t.accent, 1)
		}
	}
	c.fill(rect(0, 930, sceneWidth, 1130), Hex(0xb5a999)) // a wall of stones
	for row := range 4 {
		for x := -40 * float64(row%2); x < sceneWidth; {
			w := 62 + 46*rng.Float64()
			y := 936 + 49*float64(row)
			c.fill(roundRect(x+3, y, x+w-3, y+43, 14), Hex(0xcabfae).Mix(Hex(0x988d80), rng.Float64()))
			x += w
		}
	}
	ground(c, 1125, t.floor)
	for range 26 {
		a := rng.Float64() * math.Pi
		c.wash(ellipse(pt{rng.Float64() * sceneWidth, 1160 + 270*rng.Float64()}, 26+14*math.Sin(a), 9), t.floor.darker(0.18), 0.5)
	}
}
