package diagnosis

import (
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"
)

// WriteText writes a report for a terminal: a line for each finding, and under it what to do.
func (r Report) WriteText(w io.Writer) {
	width := 0
	for _, f := range r.Findings {
		width = max(width, len(f.Check))
	}
	for _, f := range r.Findings {
		mark := strings.ToUpper(f.Severity.String())
		if f.Severity == OK {
			mark = "ok"
		}
		indent := "\n" + strings.Repeat(" ", len("WARNING")+2+width+2)
		fmt.Fprintf(w, "%-7s  %-*s  %s\n", mark, width, f.Check, strings.ReplaceAll(f.What, "\n", indent))
		if f.Do != "" {
			fmt.Fprintf(w, "%s→ %s\n", indent[1:], strings.ReplaceAll(f.Do, "\n", indent+"  "))
		}
	}
	fmt.Fprintln(w, "\n"+r.summary())
}

// WriteJSON writes a report for programs.
func (r Report) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

var page = template.Must(template.New("").Funcs(template.FuncMap{"summary": Report.summary}).Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>doctor: {{.Worst}}</title>
<style>body{font:15px system-ui;margin:2em}td{padding:.2em .8em .2em 0;vertical-align:top}.warning td:first-child{color:#a60}
.error td:first-child{color:#c00}.do{color:#555}td.what{white-space:pre-wrap}</style>
<h1>doctor: {{summary .}}</h1><table>{{range .Findings}}
<tr class="{{.Severity}}"><td>{{.Severity}}<td>{{.Check}}<td class="what">{{.What}}{{if .Do}}<div class="do">→ {{.Do}}</div>{{end}}{{end}}
</table></html>
`))

// WriteHTML writes a report as a page.
func (r Report) WriteHTML(w io.Writer) error { return page.Execute(w, r) }
