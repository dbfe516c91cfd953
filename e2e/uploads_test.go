package e2e

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestFilesThatAreNoPhotos sends files that the thumbnails job has to refuse, and some that look odd and are taken.
func TestFilesThatAreNoPhotos(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	minji := s.SignUp(t, "minji")
	jpeg := picture(t, 64, 48)
	bomb := hugePNG(t, 30_000)
	for _, c := range []struct {
		name, contentType, want string
		file                    []byte
	}{
		{"JPEG", "image/jpeg", "READY", jpeg},
		{"progressive JPEG", "image/jpeg", "READY", imagingFile(t, "progressive.jpg")},
		{"PNG", "image/png", "READY", pngPicture(t)},
		{"WebP", "image/webp", "READY", webpPicture(t)},
		{"PNG of 30000 × 30000", "image/png", "REJECTED TOO_MANY_PIXELS", bomb},
		{"JPEG with 2,000 scans", "image/jpeg", "REJECTED UNREADABLE", manyScans(t, 2000)},
		{"truncated JPEG", "image/jpeg", "REJECTED UNREADABLE", jpeg[:len(jpeg)/2]},
		{"head of a JPEG", "image/jpeg", "REJECTED UNREADABLE", jpeg[:20]},
		{"truncated PNG", "image/png", "REJECTED UNREADABLE", pngPicture(t)[:50]},
		{"truncated WebP", "image/webp", "REJECTED UNREADABLE", webpPicture(t)[:40]},
		{"PNG named .jpg", "image/jpeg", "REJECTED MISMATCH", pngPicture(t)},
		{"JPEG named .png", "image/png", "REJECTED MISMATCH", jpeg},
		{"GIF named .jpg", "image/jpeg", "REJECTED UNSUPPORTED_FORMAT", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;")},
		{"SVG named .png", "image/png", "REJECTED UNSUPPORTED_FORMAT", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)},
		{"page named .jpg", "image/jpeg", "REJECTED UNSUPPORTED_FORMAT", []byte(`<!doctype html><script>alert(1)</script>`)},
		{"one byte", "image/jpeg", "REJECTED UNSUPPORTED_FORMAT", []byte("x")},
		{"zeros", "image/jpeg", "REJECTED UNSUPPORTED_FORMAT", make([]byte, 100_000)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			photo := minji.Photo(t, minji.Upload(t, c.file, c.contentType)).OK(t)
			got := strings.TrimSpace(photo.Text("node.state") + " " + photo.Text("node.rejection"))
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if isReady := c.want == "READY"; (photo.Text("node.large") != "") != isReady || (photo.Text("node.blurhash") != "") != isReady {
				t.Errorf("got %s", photo.Body)
			}
		})
	}
}

// TestStoreTakesOnlyWhatWasSigned sends other files than those that were announced straight to the store.
func TestStoreTakesOnlyWhatWasSigned(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{NoWorker: true})
	minji := s.SignUp(t, "minji")
	file := picture(t, 64, 48)
	begin := func(t *testing.T) Answer {
		t.Helper()
		return minji.Do(t, "StartUpload", Vars{"input": Vars{"contentType": "image/jpeg", "byteSize": len(file)}}).OK(t)
	}
	for name, send := range map[string]func(t *testing.T, a Answer) Answer{
		"too short": func(t *testing.T, a Answer) Answer { t.Helper(); return sendFile(t, a, file[:len(file)-1]) },
		"too long":  func(t *testing.T, a Answer) Answer { t.Helper(); return sendFile(t, a, append(bytes.Clone(file), 0)) },
		"another type": func(t *testing.T, a Answer) Answer {
			t.Helper()
			return sendFile(t, a, file, "Content-Type: text/html")
		},
		"no type": func(t *testing.T, a Answer) Answer {
			t.Helper()
			return Send(t, http.MethodPut, a.Text("createUpload.upload.url"), file)
		},
		"another method": func(t *testing.T, a Answer) Answer {
			t.Helper()
			return Send(t, http.MethodGet, a.Text("createUpload.upload.url"), nil)
		},
		"another key": func(t *testing.T, a Answer) Answer {
			t.Helper()
			return Send(t, http.MethodPut, strings.Replace(a.Text("createUpload.upload.url"), "/originals/", "/renditions/", 1), file, "Content-Type: image/jpeg")
		},
		"no signature": func(t *testing.T, a Answer) Answer {
			t.Helper()
			address, _, _ := strings.Cut(a.Text("createUpload.upload.url"), "?")
			return Send(t, http.MethodPut, address, file, "Content-Type: image/jpeg")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := begin(t)
			if got := send(t, a); got.Status < 400 || got.Status >= 500 {
				t.Fatalf("the store answers %d: %s", got.Status, got.Body)
			}
			minji.Do(t, "FinishUpload", Vars{"input": Vars{"photoId": a.Text("createUpload.photo.id")}}).Refused(t, "NOT_READY")
		})
	}
	if got := sendFile(t, begin(t), file); got.Status != http.StatusOK {
		t.Errorf("what was signed: %d: %s", got.Status, got.Body)
	}
}

// TestNoMetadataLeaves uploads a photo that says where it was taken.
func TestNoMetadataLeaves(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	minji := s.SignUp(t, "minji")
	file := withMetadata(t, picture(t, 400, 300))
	if found := metadata(t, file); len(found) != 4 {
		t.Fatalf("the test's own file says %v", found)
	}
	begun := minji.Do(t, "StartUpload", Vars{"input": Vars{"contentType": "image/jpeg", "byteSize": len(file)}}).OK(t)
	if sent := sendFile(t, begun, file); sent.Status != http.StatusOK {
		t.Fatalf("the store answers %d", sent.Status)
	}
	id := begun.Text("createUpload.photo.id")
	minji.Do(t, "FinishUpload", Vars{"input": Vars{"photoId": id}}).OK(t)
	photo := minji.Photo(t, id).OK(t)
	if photo.Number("node.width") != 300 || photo.Number("node.height") != 400 {
		t.Errorf("the orientation is not heeded: %s", photo.Body)
	}
	for _, size := range []string{"thumb", "small", "medium", "large"} {
		rendition := Send(t, http.MethodGet, photo.Text("node."+size), nil)
		dimensions(t, rendition)
		if found := metadata(t, rendition.Body); len(found) > 0 {
			t.Errorf("%s says %v", size, found)
		}
		for _, secret := range []string{cameraName, xmpText, iptcText, jpegNote, "Exif", string(exif()[10:40])} {
			if bytes.Contains(rendition.Body, []byte(secret)) {
				t.Errorf("%s holds %q", size, secret)
			}
		}
		for name, values := range rendition.Header {
			if strings.HasPrefix(name, "X-Amz-Meta") {
				t.Errorf("%s has %s: %v", size, name, values)
			}
		}
	}
	address, _, _ := strings.Cut(begun.Text("createUpload.upload.url"), "?")
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		if original := Send(t, method, address, nil); !slices.Contains([]int{http.StatusForbidden, http.StatusUnauthorized}, original.Status) {
			t.Errorf("%s of the original: status %d", method, original.Status)
		}
	}
	for _, address := range []string{s.Bucket.PublicURL, s.Bucket.PublicURL + "/?list-type=2", s.Bucket.PublicURL + "/renditions/"} {
		if list := Send(t, http.MethodGet, address, nil); list.Status == http.StatusOK && bytes.Contains(list.Body, []byte("jpg")) {
			t.Errorf("anybody can list the bucket: %s", list.Body)
		}
	}
}
