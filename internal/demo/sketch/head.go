package sketch

// Coordinates of a head: 0, 0 is its middle, the chin at y 6.6, the crown at -6.6.

var headAt = pt{0, 7.6}

// headFrame maps head coordinates to figure coordinates: the head tilts about the neck.
func (f *figure) headFrame() affine {
	return about(pt{0, 14}, f.tilt).then(affine{a: 1, d: 1, e: headAt.x, f: headAt.y})
}

func (f *figure) head() {
	f.in(f.headFrame(), func() {
		skin := f.look.Skin
		for _, s := range []float64{-1, 1} {
			ear := ellipse(pt{s*4.55 - 0.35*f.joints.look, 1.1}, 0.95, 1.5)
			f.fill(ear, skin.darker(0.06))
			f.ring(ear, pen*0.7, skin.darker(0.35), 0.6)
		}
		face := blob(pt{-4.45, -1.4}, pt{-4.25, 1.9}, pt{-2.6, 5.2}, pt{0, 6.6}, pt{2.6, 5.2}, pt{4.25, 1.9}, pt{4.45, -1.4}, pt{3.3, -5.4}, pt{0, -6.7}, pt{-3.3, -5.4})
		f.cloth(face, stiff(skin).shaded(-0.03))
		f.stroke(curve(pt{-4.25, 1.9}, pt{-2.6, 5.2}, pt{0, 6.6}, pt{2.6, 5.2}, pt{4.25, 1.9}), pen*0.7, skin.darker(0.35), 0.6)
		f.in(affine{a: 1, d: 1, e: 0.55 * f.joints.look}, f.face)
		f.hairFront()
		f.hat()
	})
}

func (f *figure) face() {
	skin, ink := f.look.Skin, Hex(0x2a1c1c)
	rouge, natural := 0.34, 0.2
	if f.look.short() {
		rouge, natural = 0.16, 0.5
	}
	for _, s := range []float64{-1, 1} {
		f.glow(pt{s * 2.7, 3}, 1.5, 1.1, Hex(0xe8604f), rouge)
		f.eye(s, ink)
		brow := f.look.Hair.Mix(ink, 0.5)
		f.stroke(curve(pt{s * 1.05, -0.75}, pt{s * 2.1, -1.2}, pt{s * 3, -0.75}), 0.38, brow, 0.85)
	}
	f.stroke(curve(pt{0.1, 1.5}, pt{0.45, 2.55}, pt{-0.15, 2.75}), pen*0.8, skin.darker(0.45), 0.75)
	lips := Hex(0xc4504f).Mix(skin, natural)
	f.fill(blob(pt{-1.05, 4}, pt{-0.4, 3.75}, pt{0, 3.88}, pt{0.4, 3.75}, pt{1.05, 4}, pt{0.4, 4.6}, pt{-0.4, 4.6}), lips)
	f.stroke(curve(pt{-1.25, 3.88}, pt{-0.5, 4.14}, pt{0.5, 4.14}, pt{1.25, 3.88}), 0.17, lips.darker(0.5), 0.9)
	if f.look.Freckles {
		for i, p := range []pt{{-2.9, 2.3}, {-2.2, 2.6}, {-2.6, 3.1}, {2.3, 2.5}, {2.9, 2.3}, {2.7, 3}} {
			f.fill(ellipse(p, 0.14+0.02*float64(i%2), 0.14), skin.darker(0.35))
		}
	}
	if f.look.Glasses {
		f.glasses()
	}
}

func (f *figure) eye(s float64, ink RGB) {
	at := pt{s * 2.02, 0.9}
	f.fill(ellipse(at.add(pt{0, 0.05}), 0.86, 0.62), Hex(0xfffaf5))
	f.fill(ellipse(at, 0.56, 0.66), ink)
	f.fill(ellipse(at.add(pt{0.18, -0.22}), 0.17, 0.19), Hex(0xffffff))
	f.stroke(curve(at.add(pt{-s * 0.85, 0.02}), at.add(pt{-s * 0.3, -0.64}), at.add(pt{s * 0.45, -0.6}), at.add(pt{s * 1.1, -0.05})), 0.3, ink, 1)
	f.stroke(curve(at.add(pt{-s * 0.6, -1}), at.add(pt{0, -1.15}), at.add(pt{s * 0.7, -0.9})), 0.14, f.look.Skin.darker(0.4), 0.6)
}

func (f *figure) glasses() {
	frame := Hex(0x33271f)
	for _, s := range []float64{-1, 1} {
		lens := ellipse(pt{s * 2.05, 1}, 1.55, 1.4)
		f.wash(lens, Hex(0xdfeaf2), 0.18)
		f.ring(lens, 0.24, frame, 1)
		f.stroke(path{{s * 3.6, 0.8}, {s * 4.5, 0.5}}, 0.24, frame, 1)
	}
	f.stroke(curve(pt{-0.5, 0.8}, pt{0, 0.55}, pt{0.5, 0.8}), 0.24, frame, 1)
}
