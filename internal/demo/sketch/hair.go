package sketch

// short says whether the hair ends above the neck.
func (l Look) short() bool { return l.Cut == Crop || l.Cut == Comma || l.Cut == Bowl }

// hairBehind is what hangs behind neck and shoulders.
func (f *figure) hairBehind() {
	f.in(f.headFrame(), func() {
		col := f.look.Hair
		back := fabric{Cloth: Cloth{Base: col.darker(0.14)}}
		switch f.look.Cut {
		case Crop, Comma, Bowl:
			f.cloth(blob(pt{-4.9, -2}, pt{-4.5, 3.5}, pt{-2.4, 5.6}, pt{0, 6}, pt{2.4, 5.6}, pt{4.5, 3.5}, pt{4.9, -2}, pt{0, -6}), back)
		case Bob, BobBangs:
			f.lock(blob(pt{-5.3, -3}, pt{-6.2, 3}, pt{-6.1, 8.2}, pt{-3, 9.3}, pt{0, 9}, pt{3, 9.3}, pt{6.1, 8.2}, pt{6.2, 3}, pt{5.3, -3}, pt{0, -7}), back)
		case Long, LongBangs:
			f.lock(blob(pt{-5.2, -3}, pt{-6.1, 4}, pt{-6.9, 14}, pt{-6.2, 21}, pt{-2, 22}, pt{0, 21}, pt{2, 22}, pt{6.2, 21}, pt{6.9, 14}, pt{6.1, 4}, pt{5.2, -3}, pt{0, -7}), back)
		case Wavy:
			f.lock(blob(pt{-5.3, -3}, pt{-6.6, 2}, pt{-6.2, 6}, pt{-7.7, 10}, pt{-6.9, 14}, pt{-7.5, 18}, pt{-4, 20}, pt{0, 18}, pt{4, 20}, pt{7.5, 18}, pt{6.9, 14}, pt{7.7, 10}, pt{6.2, 6}, pt{6.6, 2}, pt{5.3, -3}, pt{0, -7}), back)
		case Ponytail:
			f.lock(blob(pt{1.5, -6.6}, pt{5, -7.6}, pt{8.1, -3.5}, pt{8.4, 3}, pt{7.2, 9.5}, pt{6.4, 12}, pt{5.6, 8}, pt{5, 2}, pt{3.6, -3}), back)
			f.cloth(ellipse(pt{0, -0.5}, 4.9, 5.6), back)
		case Bun:
			f.lock(blob(pt{-2.6, -8.2}, pt{-1.9, -10.6}, pt{0.4, -11.4}, pt{2.7, -10.3}, pt{3, -8}, pt{1.8, -6.2}, pt{-1.6, -6.2}), back)
			f.cloth(ellipse(pt{0, -0.5}, 4.9, 5.4), back)
		}
	})
}

func (f *figure) lock(p path, fab fabric) {
	f.cloth(p, fab)
	f.ring(p, pen*0.8, f.look.Hair.line(), 0.6)
}

// hairFront is the crown with the fringe, and locks that fall over the shoulders.
func (f *figure) hairFront() {
	switch f.look.Cut {
	case Long, LongBangs:
		left := blob(pt{-4.3, -2}, pt{-5.7, 2}, pt{-6.4, 9}, pt{-6.2, 18.5}, pt{-4.7, 20}, pt{-3.5, 16}, pt{-4, 9}, pt{-4, 3})
		f.strands(left, left.mirror())
	case Wavy:
		left := blob(pt{-4.2, -2}, pt{-6, 2}, pt{-5.8, 6}, pt{-7.3, 10}, pt{-6.2, 14}, pt{-6.9, 18}, pt{-4.4, 19.4}, pt{-3.4, 16}, pt{-4.4, 12.4}, pt{-3.6, 8.5}, pt{-4.3, 4})
		f.strands(left, left.mirror())
	case Bob, BobBangs:
		left := blob(pt{-4.2, -2}, pt{-5.6, 1}, pt{-6, 5}, pt{-5.9, 8.4}, pt{-4, 8.6}, pt{-3.7, 5.4}, pt{-4.1, 2})
		f.strands(left, left.mirror())
	case Crop, Comma, Bowl, Ponytail, Bun:
	}
	f.crown(f.fringe())
}

func (f *figure) strands(locks ...path) {
	for _, p := range locks {
		f.lock(p, fabric{Cloth: Cloth{Base: f.look.Hair}})
	}
	for _, p := range locks {
		n := len(p)
		a, b := p[:n/2], p[n/2:]
		var mid path
		for i := range a {
			mid = append(mid, a[i].lerp(b[len(b)-1-min(i, len(b)-1)], 0.45))
		}
		f.stroke(mid[3:], 0.16, f.look.Hair.lighter(0.3), 0.55)
	}
}

// crown is the hair on top of the head down to the fringe, with a shine.
func (f *figure) crown(fringe path) {
	col := f.look.Hair
	side := 2.4
	if f.look.short() {
		side = 0.9
	}
	top := curve(pt{-4.75, side}, pt{-5.35, -2}, pt{-4.3, -5.7}, pt{0, -7.9}, pt{4.3, -5.7}, pt{5.35, -2}, pt{4.75, side})
	if f.look.Cut == Crop { // stands up
		top = curve(pt{-4.75, side}, pt{-5, -2}, pt{-4.6, -5.4}, pt{-3, -8}, pt{-0.8, -7.7}, pt{0.6, -8.7}, pt{2.6, -8}, pt{4.6, -5.6}, pt{5, -2}, pt{4.75, side})
	}
	shape := outline(top, fringe)
	f.lock(shape, fabric{Cloth: Cloth{Base: col}})
	shine := col.lighter(0.4)
	f.stroke(curve(pt{-3.4, -4.6}, pt{-2, -5.9}, pt{-0.4, -6.5}), 0.42, shine, 0.5)
	f.stroke(curve(pt{-3, -3.9}, pt{-1.8, -5}, pt{-0.8, -5.5}), 0.2, shine, 0.5)
	f.stroke(curve(pt{4.4, -2.4}, pt{3.6, -4.6}, pt{2, -6.2}), 0.2, col.line(), 0.5)
}

// fringe is the lower border of the crown, from right to left.
func (f *figure) fringe() path {
	switch f.look.Cut {
	case Crop:
		return curve(pt{4.1, 0.2}, pt{3.9, -2.6}, pt{2.3, -4.1}, pt{0.2, -4.5}, pt{-2.1, -4}, pt{-3.9, -2.6}, pt{-4.1, 0.2})
	case Comma:
		return outline(curve(pt{4.2, 0.4}, pt{4.1, -1}, pt{2.9, -1.1}, pt{1, -2.6}, pt{-0.9, -5}), curve(pt{-1.5, -3.2}, pt{-2.8, -1.6}, pt{-4, -1.4}, pt{-4.2, 0.4}))
	case Bowl, BobBangs, LongBangs:
		return outline(curve(pt{4.2, 1.6}, pt{4, -0.2}), path{{3.2, -0.5}, {2.9, -1.2}, {2, -0.3}, {1.5, -1.2}, {0.6, -0.2}, {0.1, -1.1}, {-0.8, -0.2}, {-1.3, -1.1}, {-2.2, -0.3}, {-2.7, -1.2}, {-3.3, -0.4}}, curve(pt{-4, -0.2}, pt{-4.2, 1.6}))
	case Long, Wavy:
		return outline(curve(pt{4.2, 2.4}, pt{4.2, -0.2}, pt{2.9, -3}, pt{0.4, -5.6}), curve(pt{-1.6, -3.8}, pt{-3.6, -1}, pt{-4.3, 2.4}))
	case Bob:
		return outline(curve(pt{4.2, 2.6}, pt{4, -0.6}, pt{2, -2.6}, pt{-1.6, -5.2}), curve(pt{-3, -3.4}, pt{-4, -0.8}, pt{-4.3, 2.6}))
	case Ponytail, Bun:
	}
	return outline(curve(pt{4.5, 1.2}, pt{4.3, -1.8}, pt{2.8, -4.2}, pt{0, -5.2}), curve(pt{-2.8, -4.2}, pt{-4.3, -1.8}, pt{-4.5, 1.2}))
}
