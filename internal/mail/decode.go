package mail

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"regexp"
	"strings"
)

// maxNesting is deeper than any mail that people write, and shallow enough for the stack.
const maxNesting = 8

var linkPattern = regexp.MustCompile(`https?://[^\s<>"]+`)

// decode reads subject, text, HTML and links from Raw. What cannot be read stays empty: Raw shows it.
func (m *SinkMessage) decode() {
	m.Links = []string{}
	msg, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		return
	}
	m.Subject = decodeWords(msg.Header.Get("Subject"))
	m.ListUnsubscribe = msg.Header.Get("List-Unsubscribe")
	m.decodePart(textproto.MIMEHeader(msg.Header), msg.Body, 0)
	if found := linkPattern.FindAllString(m.Text, -1); found != nil {
		m.Links = found
	}
}

func decodeWords(header string) string {
	decoded, err := new(mime.WordDecoder).DecodeHeader(header)
	if err != nil {
		return header
	}
	return decoded
}

// decodePart keeps the first text and the first HTML that it meets.
func (m *SinkMessage) decodePart(header textproto.MIMEHeader, body io.Reader, depth int) {
	kind, params, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		kind = "text/plain"
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for depth < maxNesting {
			part, err := parts.NextRawPart()
			if err != nil {
				return
			}
			m.decodePart(part.Header, part, depth+1)
		}
		return
	}
	switch strings.ToLower(header.Get("Content-Transfer-Encoding")) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	content, _ := io.ReadAll(body) // a broken encoding shows what could be read
	switch text := strings.ToValidUTF8(string(content), "\uFFFD"); {
	case kind == "text/plain" && m.Text == "":
		m.Text = text
	case kind == "text/html" && m.HTML == "":
		m.HTML = text
	}
}
