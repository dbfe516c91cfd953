package sketch

// Part is a thing worn that can be pointed at.
type Part int

// The parts.
const (
	TopPart Part = iota
	OuterPart
	BottomPart
	ShoePart
	BagPart
	HatPart
	parts
)

// Spot is a place on a picture, 0 to 1 from the left and from the top.
type Spot struct{ X, Y float64 }

// margin keeps spots away from the border, where an app could not draw its mark.
const margin = 0.03

// Spots tells for every part that is worn and in the picture where it is.
func Spots(look Look, fit Outfit, shot Shot) map[Part]Spot {
	f := newFigure(nil, look, fit, shot.Pose)
	m := shot.camera().then(stage)
	out := map[Part]Spot{}
	for part := range parts {
		if at, worn := f.spot(part); worn {
			p := m.apply(at)
			s := Spot{p.x / sceneWidth, p.y / sceneHeight}
			if s.X > margin && s.X < 1-margin && s.Y > margin && s.Y < 1-margin {
				out[part] = s
			}
		}
	}
	return out
}

// spot is a place of a part that nothing else covers in any pose, in figure coordinates.
func (f *figure) spot(part Part) (pt, bool) {
	switch part {
	case TopPart:
		return pt{1.4, 33.6}, true
	case OuterPart:
		return pt{4.7, 39.8}, f.fit.Outer != NoOuter
	case BottomPart:
		return pt{2.2, 57}, true
	case ShoePart:
		front := f.legOrder()[1]
		return f.ankle[front].add(pt{2.6 * sign(front), 3.1}), true
	case BagPart:
		return f.bagSpot()
	case HatPart:
		return f.headFrame().apply(pt{1.9, -7}), f.fit.Hat != NoHat
	case parts:
	}
	return pt{}, false
}

func (f *figure) bagSpot() (pt, bool) {
	switch f.fit.Bag {
	case Tote:
		return f.grip().add(pt{3.7, 18.6}), true
	case Crossbody:
		return pt{-10.6, 47.4}, true
	case Shoulder:
		return pt{-f.sw - 0.9, 35.6}, true
	case Backpack:
		return pt{-f.sw + 2.4, 30}, true
	case NoBag:
	}
	return pt{}, false
}
