package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// panel is one curve over the day.
type panel struct {
	title string
	unit  string
	of    func(moment) float64
	steps bool // a number of processes, which jumps
}

var panels = []panel{
	{"servers", "", func(m moment) float64 { return float64(m.servers) }, true},
	{"use of servers' cores", "%", func(m moment) float64 { return 100 * m.serverUse }, false},
	{"time of a request", "ms", func(m moment) float64 { return 1000 * m.answer }, false},
	{"workers", "", func(m moment) float64 { return float64(m.workers) }, true},
	{"use of workers' cores", "%", func(m moment) float64 { return 100 * m.workUse }, false},
	{"age of the oldest job", "s", func(m moment) float64 { return m.age }, false},
}

// Sizes in pixels.
const (
	panelWidth, panelHeight = 520, 90
	left, gap, top          = 60, 46, 70
	// each point of a curve is the most of so many steps: five minutes.
	together = int(5 * time.Minute / lookAt)
)

// run is a day that was simulated.
type run struct {
	fleet   fleet
	growth  float64
	moments []moment
}

func (r run) title() string {
	if r.growth == 1 {
		return r.fleet.name + ", the day as it was"
	}
	return fmt.Sprintf("%s, %g times the day", r.fleet.name, r.growth)
}

// draw writes runs as SVG, two in a row.
func draw(w io.Writer, runs []run) error {
	const inRow = 2
	rowHeight := top + len(panels)*(panelHeight+gap)
	width, height := inRow*(panelWidth+left+20)+20, (len(runs)+inRow-1)/inRow*rowHeight
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%[1]d" height="%[2]d" font-family="sans-serif" font-size="12">
<title>A day of StyleShare, simulated: servers, workers, their load and what waits</title>
<rect width="100%%" height="100%%" fill="#fff"/>
`, width, height)
	for i, r := range runs {
		x, y := left+i%inRow*(panelWidth+left+20), i/inRow*rowHeight
		fmt.Fprintf(&b, "<text x=\"%d\" y=\"%d\" font-size=\"15\" font-weight=\"bold\">%s</text>\n", x, y+24, r.title())
		fmt.Fprintf(&b, "<text x=\"%d\" y=\"%d\" fill=\"#555\">servers: %s; workers: %s</text>\n", x, y+42, r.fleet.serverU, r.fleet.workerU)
		for k, p := range panels {
			p.draw(&b, r.moments, x, y+top+k*(panelHeight+gap))
		}
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// draw adds one panel with its upper left corner at x and y.
func (p panel) draw(b *strings.Builder, moments []moment, x, y int) {
	points, most := p.points(moments)
	scale := scaleFor(most)
	fmt.Fprintf(b, `<g transform="translate(%d %d)"><text y="-6" font-weight="bold">%s</text>`, x, y, p.title)
	fmt.Fprintf(b, `<text x="%d" y="-6" text-anchor="end" fill="#555">most %.3g %s</text>`, panelWidth, most, p.unit)
	fmt.Fprintf(b, `<rect width="%d" height="%d" fill="#f6f6f6"/>`, panelWidth, panelHeight)
	evening := 21 * panelWidth / 24
	fmt.Fprintf(b, `<rect x="%d" width="%d" height="%d" fill="#fdeedd"/>`, evening, 2*panelWidth/24, panelHeight)
	for _, part := range []float64{0, 0.5, 1} {
		fmt.Fprintf(b, `<text x="-6" y="%g" text-anchor="end" fill="#555">%.3g</text>`, panelHeight*(1-part)+4, scale*part)
	}
	for hour := 0; hour <= 24; hour += 3 {
		fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle" fill="#555">%d h</text>`, hour*panelWidth/24, panelHeight+14, hour)
	}
	b.WriteString(`<path fill="none" stroke="#b3361b" stroke-width="1.5" d="`)
	for i, v := range points {
		px, py := float64(i)*panelWidth/float64(len(points)), panelHeight*(1-v/scale)
		switch {
		case i == 0:
			fmt.Fprintf(b, "M%.1f %.1f", px, py)
		case p.steps && v == points[i-1]: // the line goes on
		case p.steps:
			fmt.Fprintf(b, "H%.1fV%.1f", px, py)
		default:
			fmt.Fprintf(b, "L%.1f %.1f", px, py)
		}
	}
	if p.steps {
		fmt.Fprintf(b, "H%d", panelWidth)
	}
	b.WriteString("\"/></g>\n")
}

// points are the most of some steps each, and the most of all.
func (p panel) points(moments []moment) (points []float64, most float64) {
	for i := 0; i < len(moments); i += together {
		peak := 0.0
		for _, m := range moments[i:min(i+together, len(moments))] {
			peak = max(peak, p.of(m))
		}
		points = append(points, peak)
		most = max(most, peak)
	}
	return points, most
}

// scaleFor is the end of an axis: the next of 1, 2, 5, 10, 20, 50 …
func scaleFor(most float64) float64 {
	for scale := 1.0; ; scale *= 10 {
		for _, by := range []float64{1, 2, 5} {
			if scale*by >= most {
				return scale * by
			}
		}
	}
}
