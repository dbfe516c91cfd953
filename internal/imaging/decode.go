package imaging

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"

	codec "styleshare/internal/jpeg"
)

// open decodes a photo: most JPEGs with the codec of the house, at no more than the size that is needed, and everything else whole.
func open(ctx context.Context, file []byte, head header) (source, error) {
	if head.format == JPEG {
		p, err := planesOf(ctx, file, head)
		if !errors.Is(err, codec.ErrUnsupported) {
			return p, err
		}
		if head.cut {
			return nil, reject(Unreadable, "JPEG without an end")
		}
	}
	m, err := decode(ctx, file, head)
	if err != nil {
		return nil, err
	}
	return pixelsOf(m, head), nil
}

// decode gives the pixels as stored. A panic in a decoder is the file's fault.
func decode(ctx context.Context, file []byte, head header) (picture image.Image, err error) {
	defer func() {
		if p := recover(); p != nil {
			picture, err = nil, reject(Unreadable, "decoder of %s panicked: %v", head.format, p)
		}
	}()
	r := &contextReader{ctx: ctx, r: bytes.NewReader(file[:head.end])}
	switch head.format {
	case JPEG:
		picture, err = jpeg.Decode(r)
	case PNG:
		picture, err = png.Decode(r)
	case WebP:
		picture, err = webp.Decode(r)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, reject(reasonOf(err), "%v", err)
	}
	if b := picture.Bounds(); b.Dx() != head.width || b.Dy() != head.height {
		return nil, reject(Unreadable, "header of %d × %d, picture of %d × %d", head.width, head.height, b.Dx(), b.Dy())
	}
	return picture, nil
}

func reasonOf(err error) Reason {
	_, jpegVariant := errors.AsType[jpeg.UnsupportedError](err)
	_, pngVariant := errors.AsType[png.UnsupportedError](err)
	if jpegVariant || pngVariant {
		return UnsupportedFormat
	}
	return Unreadable
}

// contextReader ends a decoder's work when the context ends, at its next read of a few kilobytes.
type contextReader struct {
	ctx context.Context //nolint:containedctx // io.Reader has no other way for it
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
