package sketch

// Coordinates of a figure: 0 is the middle of the body and the top of the head, 100 the floor.
// Side 0 is the left one as one looks at the picture.

// Pose is how somebody stands.
type Pose int

// The poses.
const (
	Stand Pose = iota
	Pocket
	Hip
	Walk
	Strap
	Selfie
	Coffee
	Crossed
	poses
)

// prop is a thing that somebody holds.
type prop int

const (
	nothing prop = iota
	phone
	cup
)

// joints are where the limbs bend.
type joints struct {
	elbow, wrist, knee, ankle [2]pt
	tilt                      float64 // of the head, radians
	look                      float64 // how far the face is turned, -1 to 1
	hidden                    [2]bool // a hand in a pocket
	holds                     prop    // in the right hand
}

var skeletons = [poses]joints{
	Stand: {
		elbow: [2]pt{{-11.4, 33}, {11.4, 33}}, wrist: [2]pt{{-11.6, 46}, {11.6, 46}},
		knee: [2]pt{{-4.1, 71}, {4.1, 71}}, ankle: [2]pt{{-4.4, 93.5}, {4.4, 93.5}}, tilt: 0.03, look: 0.2,
	},
	Pocket: {
		elbow: [2]pt{{-11.6, 33}, {12.9, 32.5}}, wrist: [2]pt{{-11.9, 46}, {8.4, 45.5}}, hidden: [2]bool{false, true},
		knee: [2]pt{{-3.9, 71}, {5, 70.5}}, ankle: [2]pt{{-3.7, 93.5}, {6.2, 93}}, tilt: -0.05, look: -0.4,
	},
	Hip: {
		elbow: [2]pt{{-11.2, 33}, {14.6, 31}}, wrist: [2]pt{{-11, 46}, {8, 39.5}},
		knee: [2]pt{{-3.6, 71}, {5.8, 70}}, ankle: [2]pt{{-3.2, 93.5}, {7.6, 92.5}}, tilt: 0.08, look: 0.5,
	},
	Walk: {
		elbow: [2]pt{{-12.2, 32.5}, {11.2, 33}}, wrist: [2]pt{{-12.6, 45}, {9.6, 45.5}},
		knee: [2]pt{{-3.9, 70.5}, {3, 71}}, ankle: [2]pt{{-6.4, 91.5}, {1.6, 94}}, tilt: -0.04, look: -0.6,
	},
	Strap: {
		elbow: [2]pt{{-11.4, 33}, {12.6, 31.5}}, wrist: [2]pt{{-11.8, 46}, {8.3, 26}},
		knee: [2]pt{{-4.6, 71}, {3.9, 71}}, ankle: [2]pt{{-5.6, 93}, {3.7, 93.5}}, tilt: 0.06, look: 0.6,
	},
	Selfie: {
		elbow: [2]pt{{-12.6, 32.5}, {12.4, 30.5}}, wrist: [2]pt{{-8.3, 45.5}, {6.6, 19.5}}, hidden: [2]bool{true, false},
		knee: [2]pt{{-4.2, 71}, {4.9, 70.5}}, ankle: [2]pt{{-4.2, 93.5}, {6, 93}}, tilt: -0.1, look: 0.3, holds: phone,
	},
	Coffee: {
		elbow: [2]pt{{-11.6, 33}, {11.8, 33}}, wrist: [2]pt{{-11.8, 46}, {6.6, 31}},
		knee: [2]pt{{-3.7, 71}, {4.8, 70.5}}, ankle: [2]pt{{-3.3, 93.5}, {5.9, 93}}, tilt: 0.05, look: -0.5, holds: cup,
	},
	Crossed: {
		elbow: [2]pt{{-12.8, 32.5}, {12.8, 32.5}}, wrist: [2]pt{{-8.4, 45.5}, {8.4, 45.5}}, hidden: [2]bool{true, true},
		knee: [2]pt{{-3, 71}, {2.6, 71.5}}, ankle: [2]pt{{-0.8, 94}, {-2.2, 93}}, tilt: -0.06, look: 0.4,
	},
}

// figure draws one person.
type figure struct {
	*canvas
	joints
	look Look
	fit  Outfit
	sw   float64 // half the width of the shoulders
}

const pen = 0.3 // width of outlines

func newFigure(c *canvas, look Look, fit Outfit, pose Pose) *figure {
	f := &figure{canvas: c, joints: skeletons[pose], look: look, fit: fit, sw: 8}
	if look.Broad {
		f.sw = 9.1
	}
	for side := range 2 {
		push := (f.sw - 8) * sign(side)
		f.elbow[side].x += push
		if !f.hidden[side] {
			f.wrist[side].x += push
		}
	}
	return f
}

// sign is -1 for the left side and 1 for the right.
func sign(side int) float64 { return float64(2*side - 1) }

func (f *figure) shoulder(side int) pt { return pt{sign(side) * (f.sw - 2.3), 21} }
func (f *figure) hip(side int) pt      { return pt{sign(side) * 3.7, 47} }

// sew fills a piece of cloth and draws its outline.
func (f *figure) sew(p path, fab fabric) {
	f.cloth(p, fab)
	f.ring(p, pen, fab.Base.line(), 0.85)
}

// seam draws a line on cloth.
func (f *figure) seam(col RGB, points ...pt) { f.stroke(curve(points...), pen*0.8, col.line(), 0.7) }

// draw paints the whole figure from back to front.
func (f *figure) draw() {
	f.hairBehind()
	f.bagBehind()
	f.outerBehind()
	f.legs()
	f.neck()
	if f.fit.tucked() {
		f.top()
		f.bottom()
	} else {
		f.bottom()
		f.top()
	}
	f.outer()
	f.bagStrap()
	f.arm(0)
	f.arm(1)
	f.bagFront()
	f.head()
	if f.wrist[1].y < 30 && f.holds == nothing {
		f.hand(1) // over the hair
	}
	f.props()
}
