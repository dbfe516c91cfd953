package imaging

import (
	"encoding/binary"
	"errors"
	"testing"
)

// FuzzProfile: whatever the profile, no panic, and no curve that leaves 0 to 1.
func FuzzProfile(f *testing.F) {
	for _, curve := range [][]byte{
		sRGBCurve(), sampledSRGBCurve(), curv(), curv(0x0233), curv(0, 0x8000, 0xffff),
		para(0, 2.2), para(1, 2, 1, 0.1), para(2, 2, 1, 0.1, 0.1), para(4, 2, 1, 0, 0.5, 0.25, 0.125, 0.0625),
	} {
		f.Add(iccProfile("RGB ", displayP3, curve))
	}
	f.Fuzz(func(t *testing.T, profile []byte) {
		space := parseProfile(profile)
		if space == nil {
			return
		}
		for i := range space.curves {
			for v, linear := range &space.curves[i] {
				if !(linear >= 0 && linear <= 1) {
					t.Fatalf("%d becomes %g", v, linear)
				}
			}
		}
		for v := range 256 {
			space.toSRGB(uint8(v), uint8(255-v), 128)
		}
	})
}

// FuzzEXIF: whatever the block, an orientation.
func FuzzEXIF(f *testing.F) {
	f.Add(exifBlock(binary.BigEndian, 6))
	f.Add(exifBlock(binary.LittleEndian, 8))
	f.Add(append([]byte(nil), exifPrefix...))
	f.Fuzz(func(t *testing.T, block []byte) {
		if o := exifOrientation(block); o < 1 || o > 8 {
			t.Fatal(o)
		}
	})
}

// FuzzInspect: whatever the file, its headers are within the limits, or it is refused.
func FuzzInspect(f *testing.F) {
	for _, file := range photos(f) {
		f.Add(file)
	}
	f.Add(hugePNG(100))
	f.Add(hugeVP8())
	f.Add(hugeVP8L())
	f.Add(manyScans(f, 3))
	f.Fuzz(func(t *testing.T, file []byte) {
		declared, _ := Sniff(file)
		limits := DefaultLimits()
		head, err := inspect(file, declared, limits)
		if err != nil {
			if _, ok := errors.AsType[*Rejection](err); !ok {
				t.Fatal(err)
			}
			return
		}
		if head.width < 1 || head.height < 1 || max(head.width, head.height) > limits.MaxSide || head.width*head.height > limits.MaxPixels ||
			head.orientation < 1 || head.orientation > 8 || head.end > len(file) || len(head.profile) > maxProfile {
			t.Fatalf("%d × %d, orientation %d, end %d of %d, profile of %d", head.width, head.height, head.orientation, head.end, len(file), len(head.profile))
		}
		if took := head.memory(len(file)); took < smallThings || took > 2<<30 {
			t.Fatalf("%d bytes", took)
		}
	})
}
