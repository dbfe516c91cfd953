// Package imaging turns an uploaded photo into what the public may see: four re-encoded JPEG renditions in sRGB, upright and
// without any metadata, with a blurhash and a dominant colour to show before they load.
//
// The file is hostile until proven otherwise. Its magic bytes decide what it is; its own headers are walked, and bytes,
// pixels, sides and JPEG scans are held against [Limits], before a decoder allocates anything.
//
// Read: JPEG (baseline, extended and progressive Huffman, 8 bits; grey, YCbCr, RGB, Adobe CMYK and YCCK), PNG (an animated
// one shows its still default image) and still WebP (lossy, lossless, alpha). EXIF orientation is honoured in all three.
// Colours of an embedded matrix/TRC ICC profile (Display P3, Adobe RGB and their kin) become sRGB; pictures with a grey, CMYK
// or table-based profile are taken for sRGB, and so are those that name their colours by EXIF, gAMA, cHRM or cICP only.
//
// Most JPEGs are decoded by package jpeg, at no more than the size that the largest rendition needs: a phone's baseline photo of 12
// megapixels takes 0.03 s of a core and 30 MB. A progressive one keeps its coefficients, two bytes a sample: 36 MB for the same photo,
// 300 MB for 50 megapixels without subsampling.
//
// Everything else is decoded whole by the standard library, and its pixels are the bulk of the memory. At [DefaultLimits] (50 megapixels)
// lossy WebP takes 75 MB, PNG 200 MB, or 400 MB with 16 bits a channel, lossless WebP or one with alpha 400 MB, and the worst, an
// unsubsampled progressive CMYK JPEG, 1.2 GB. Scaling adds up to 100 MB to a photo of 4:3, 175 MB to one of 3:4 and 270 MB to one of
// 1:2, which is the worst. That is live memory; the garbage collector may let it double where GOMEMLIMIT does not stop it. [Budget]
// bounds it for photos that are processed at the same time.
package imaging

import (
	"context"
	"fmt"
)

// Format is a media type of an uploaded photo.
type Format string

// The formats that Process reads.
const (
	JPEG Format = "image/jpeg"
	PNG  Format = "image/png"
	WebP Format = "image/webp"
)

// Limits bound what one photo may cost. The zero value refuses everything; start from DefaultLimits.
type Limits struct {
	MaxBytes  int64 // length of the file
	MaxPixels int   // width × height as stored
	MaxSide   int   // pixels of the longer side
	MaxScans  int   // scans of a JPEG
	MaxWork   int64 // 8 × 8 blocks that all scans of a JPEG visit together
}

// DefaultLimits are those of the service: 30 MiB and 50 megapixels, as the contract promises. The longest side leaves room for
// sweeping panoramas (about 20,000 pixels). Usual encoders write 10 to 12 progressive scans, which visit about 11 million
// blocks for 50 megapixels without chroma subsampling. A file of a few kilobytes that goes up to the limits with empty scans
// takes 4 s of one CPU core, twice what an honest photo of that size takes.
func DefaultLimits() Limits {
	return Limits{
		MaxBytes:  30 << 20,
		MaxPixels: 50_000_000,
		MaxSide:   32_768,
		MaxScans:  32,
		MaxWork:   24_000_000,
	}
}

// Reason tells the uploader why a photo was refused; the values are those of the contract's PhotoRejection.
type Reason string

// The reasons that lie in the file. More scans or scan work than allowed is Unreadable: no camera or editor writes such files.
const (
	Unreadable        Reason = "UNREADABLE"         // broken, truncated, or made to exhaust a decoder
	UnsupportedFormat Reason = "UNSUPPORTED_FORMAT" // none of the formats, or a variant that is not read
	TooManyPixels     Reason = "TOO_MANY_PIXELS"    // over MaxPixels or MaxSide
	TooLarge          Reason = "TOO_LARGE"          // over MaxBytes
	Mismatch          Reason = "MISMATCH"           // a supported format, but not the declared one
)

// Rejection is the error of every failure that the file itself causes. Trying again with the same file cannot help.
type Rejection struct {
	Reason Reason
	Detail string // for the log; free of the file's contents and metadata
}

func (r *Rejection) Error() string {
	return fmt.Sprintf("photo refused as %s: %s", r.Reason, r.Detail)
}

func reject(reason Reason, format string, args ...any) error {
	return &Rejection{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}

// Size names a rendition; the values are those of the contract's PhotoSize.
type Size string

// The sizes, in the order of Result.Renditions. No rendition is larger than the photo, and no side is less than one pixel.
const (
	Thumb  Size = "THUMB"  // the centre square, 150 × 150 at most
	Small  Size = "SMALL"  // at most 320 × 640
	Medium Size = "MEDIUM" // at most 640 × 1280
	Large  Size = "LARGE"  // at most 1280 × 2560
)

// Rendition is one picture made from the photo: a baseline JPEG in sRGB without any application or comment segment.
type Rendition struct {
	Size          Size
	Width, Height int
	JPEG          []byte // not to be written to: sizes of equal dimensions share it
}

// Result is what a readable photo becomes.
type Result struct {
	Width, Height int // of the photo, upright
	Blurhash      string
	DominantColor string // #rrggbb
	Renditions    [4]Rendition
}

// Process reads the photo in file, which its uploader declared to be of a format, and makes its renditions.
// The error is a *Rejection where the file is at fault and otherwise ctx's: work ends soon after ctx does.
func Process(ctx context.Context, file []byte, declared Format, limits Limits) (*Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	head, err := inspect(file, declared, limits)
	if err != nil {
		return nil, err
	}
	return produce(ctx, file, head)
}

func produce(ctx context.Context, file []byte, head header) (*Result, error) {
	photo, err := open(ctx, file, head)
	if err != nil {
		return nil, err
	}
	return render(ctx, photo, head)
}
