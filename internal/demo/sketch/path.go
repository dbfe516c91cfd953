package sketch

import (
	"math"
	"slices"
)

// pt is a point in the coordinates of whoever draws; y points down.
type pt struct{ x, y float64 }

func (p pt) add(q pt) pt             { return pt{p.x + q.x, p.y + q.y} }
func (p pt) sub(q pt) pt             { return pt{p.x - q.x, p.y - q.y} }
func (p pt) mul(k float64) pt        { return pt{p.x * k, p.y * k} }
func (p pt) lerp(q pt, t float64) pt { return p.add(q.sub(p).mul(t)) }
func (p pt) len() float64            { return math.Hypot(p.x, p.y) }

// perp is the unit vector at a right angle to p.
func (p pt) perp() pt {
	l := p.len()
	if l == 0 {
		return pt{}
	}
	return pt{-p.y / l, p.x / l}
}

// affine maps (x, y) to (a·x + c·y + e, b·x + d·y + f).
type affine struct{ a, b, c, d, e, f float64 }

func (m affine) apply(p pt) pt { return pt{m.a*p.x + m.c*p.y + m.e, m.b*p.x + m.d*p.y + m.f} }

// then applies n first and m to its result.
func (m affine) then(n affine) affine {
	return affine{
		m.a*n.a + m.c*n.b, m.b*n.a + m.d*n.b,
		m.a*n.c + m.c*n.d, m.b*n.c + m.d*n.d,
		m.a*n.e + m.c*n.f + m.e, m.b*n.e + m.d*n.f + m.f,
	}
}

func (m affine) inverse() affine {
	det := m.a*m.d - m.b*m.c
	i := affine{a: m.d / det, b: -m.b / det, c: -m.c / det, d: m.a / det}
	i.e = -(i.a*m.e + i.c*m.f)
	i.f = -(i.b*m.e + i.d*m.f)
	return i
}

// about turns by the angle (radians, clockwise) around a point.
func about(p pt, angle float64) affine {
	s, c := math.Sincos(angle)
	return affine{c, s, -s, c, p.x - c*p.x + s*p.y, p.y - s*p.x - c*p.y}
}

// path is a polyline; curves are flattened when they are made.
type path []pt

// smoothSteps is how many straight pieces a curve between two points becomes.
const smoothSteps = 9

// curve is the Catmull-Rom spline through the points, open.
func curve(points ...pt) path {
	out := path{points[0]}
	at := func(i int) pt { return points[max(0, min(len(points)-1, i))] }
	for i := range len(points) - 1 {
		out = append(out, spline(at(i-1), at(i), at(i+1), at(i+2))...)
	}
	return out
}

// blob is the closed curve through the points.
func blob(points ...pt) path {
	var out path
	n := len(points)
	for i := range points {
		out = append(out, spline(points[(i+n-1)%n], points[i], points[(i+1)%n], points[(i+2)%n])...)
	}
	return out
}

// spline is the piece from b to c, without b.
func spline(a, b, c, d pt) path {
	out := make(path, 0, smoothSteps)
	for i := 1; i <= smoothSteps; i++ {
		t := float64(i) / smoothSteps
		h00, h10 := (1+2*t)*(1-t)*(1-t), t*(1-t)*(1-t)
		h01, h11 := t*t*(3-2*t), t*t*(t-1)
		m0, m1 := c.sub(a).mul(0.5), d.sub(b).mul(0.5)
		out = append(out, b.mul(h00).add(m0.mul(h10)).add(c.mul(h01)).add(m1.mul(h11)))
	}
	return out
}

// outline joins open pieces end to end into one closed path, with corners where they meet.
func outline(pieces ...path) path {
	var out path
	for _, p := range pieces {
		out = append(out, p...)
	}
	return out
}

func (p path) mirror() path {
	out := make(path, len(p))
	for i, q := range p {
		out[len(p)-1-i] = pt{-q.x, q.y}
	}
	return out
}

// side is positive for what lies on the right hand of somebody going from a to b.
func (p pt) side(a, b pt) float64 { return (b.x-a.x)*(p.y-a.y) - (b.y-a.y)*(p.x-a.x) }

// cut is the part of a closed path on the right hand of the line from a to b.
func (p path) cut(a, b pt) path {
	var out path
	for i, q := range p {
		prev := p[(i+len(p)-1)%len(p)]
		s, t := prev.side(a, b), q.side(a, b)
		if s*t < 0 {
			out = append(out, prev.lerp(q, s/(s-t)))
		}
		if t >= 0 {
			out = append(out, q)
		}
	}
	return out
}

// beyond is the last stretch of an open path on the right hand of the line from a to b.
func (p path) beyond(a, b pt) path {
	i := len(p)
	for i > 0 && p[i-1].side(a, b) >= 0 {
		i--
	}
	return p[i:]
}

func ellipse(c pt, rx, ry float64) path {
	const n = 40
	out := make(path, n)
	for i := range out {
		s, co := math.Sincos(2 * math.Pi * float64(i) / n)
		out[i] = pt{c.x + rx*co, c.y + ry*s}
	}
	return out
}

func rect(x0, y0, x1, y1 float64) path { return path{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}} }

// roundRect has corners of radius r.
func roundRect(x0, y0, x1, y1, r float64) path {
	var out path
	for i, c := range []pt{{x1 - r, y1 - r}, {x0 + r, y1 - r}, {x0 + r, y0 + r}, {x1 - r, y0 + r}} {
		for k := range 7 {
			s, co := math.Sincos(math.Pi / 2 * (float64(i) + float64(k)/6))
			out = append(out, pt{c.x + r*co, c.y + r*s})
		}
	}
	return out
}

// tube is the outline of something long along the points, w being half its width at each. Both ends are cut straight.
func tube(points []pt, w []float64) path {
	spine := curve(points...)
	var left, right path
	for i, p := range spine {
		half := spine[min(i+1, len(spine)-1)].sub(spine[max(i-1, 0)]).perp().mul(tubeWidth(w, i))
		left, right = append(left, p.add(half)), append(right, p.sub(half))
	}
	slices.Reverse(right)
	return outline(left, right)
}

// capPoints is how many points the rounded start of a limb has, at the end of its path.
const capPoints = 7

// limb is a tube with a rounded start.
func limb(points []pt, w []float64) path {
	t := tube(points, w)
	from, n := points[0], t[0].sub(points[0])
	for i := 1; i <= capPoints; i++ { // from the right edge back to the left one
		s, c := math.Sincos(math.Pi * float64(i) / (capPoints + 1))
		t = append(t, from.sub(n.mul(c)).add(pt{-n.y, n.x}.mul(0.72*s)))
	}
	return t
}

// tubeWidth interpolates the half widths at step i of a curve.
func tubeWidth(w []float64, i int) float64 {
	k := min(i/smoothSteps, len(w)-1)
	if k == len(w)-1 {
		return w[k]
	}
	t := float64(i%smoothSteps) / smoothSteps
	return w[k] + (w[k+1]-w[k])*t*t*(3-2*t)
}
