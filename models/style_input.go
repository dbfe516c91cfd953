package models

import (
	"math"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/currency"

	"styleshare/internal/caption"
	"styleshare/internal/fault"
)

// The limits of a style.
const (
	MaxCaption    = 2000 // characters
	MaxPhotos     = 10
	MaxItems      = 50
	maxItemName   = 100 // characters
	maxBrandName  = 60  // characters
	maxPriceMinor = math.MaxInt32
)

// earliestWorn keeps typing mistakes out of calendars.
var earliestWorn = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)

// ItemInput is a garment that somebody points at.
type ItemInput struct {
	PhotoID    int64
	X, Y       float64
	Brand      *string
	Name       string
	PriceMinor *int
	Currency   *string
	ShopURL    *string

	slug string // of Brand
}

// StyleInput is what a person publishes. Hashtags and mentions are read from the caption.
type StyleInput struct {
	PhotoIDs []int64
	Caption  string
	Items    []ItemInput
	WornOn   *time.Time

	tagNames, mentioned []string
}

func (in *StyleInput) check() error {
	var faults fault.Users
	switch n := len(in.PhotoIDs); {
	case n == 0:
		faults.Add("photoIds", fault.Required, "required")
	case n > MaxPhotos:
		faults.Add("photoIds", fault.TooMany, "too_many", MaxPhotos)
	}
	seen := checkTwice(&faults, "photoIds", in.PhotoIDs, "photo_twice")
	in.checkCaption(&faults)
	checkItems(&faults, in.Items, seen)
	checkWornOn(&faults, in.WornOn)
	return faults.Err()
}

func (in *StyleInput) checkCaption(faults *fault.Users) {
	in.Caption = text(faults, "caption", in.Caption, 0, MaxCaption)
	if len(*faults) > 0 {
		return // a caption of a megabyte need not be parsed
	}
	in.tagNames, in.mentioned = caption.Parse(in.Caption)
}

func checkWornOn(faults *fault.Users, day *time.Time) {
	// A day ahead of UTC is today in some time zones.
	if day != nil && (day.Before(earliestWorn) || day.After(time.Now().UTC().AddDate(0, 0, 1))) {
		faults.Add("wornOn", fault.Invalid, "invalid_date")
	}
}

// checkItems checks garments on the photos of the style.
func checkItems(faults *fault.Users, items []ItemInput, photos map[int64]bool) {
	if len(items) > MaxItems {
		faults.Add("items", fault.TooMany, "too_many", MaxItems)
		return
	}
	for i := range items {
		item, field := &items[i], "items."+strconv.Itoa(i)+"."
		if !photos[item.PhotoID] {
			faults.Add(field+"photoId", fault.UserNotFound, "not_found")
		}
		if !(item.X >= 0 && item.X <= 1) { // NaN is outside, too
			faults.Add(field+"x", fault.Invalid, "invalid_point")
		}
		if !(item.Y >= 0 && item.Y <= 1) {
			faults.Add(field+"y", fault.Invalid, "invalid_point")
		}
		item.Name = text(faults, field+"name", item.Name, 1, maxItemName)
		item.checkBrand(faults, field+"brand")
		item.checkPrice(faults, field)
		if item.ShopURL != nil {
			address := webAddress(faults, field+"shopUrl", *item.ShopURL)
			item.ShopURL = &address
		}
	}
}

func (i *ItemInput) checkBrand(faults *fault.Users, field string) {
	if i.Brand == nil {
		return
	}
	name := text(faults, field, *i.Brand, 1, maxBrandName)
	i.Brand, i.slug = &name, caption.Slug(name)
	if i.slug == "" && name != "" {
		faults.Add(field, fault.Invalid, "invalid")
	}
}

func (i *ItemInput) checkPrice(faults *fault.Users, field string) {
	if i.PriceMinor != nil && (*i.PriceMinor < 0 || *i.PriceMinor > maxPriceMinor) {
		faults.Add(field+"priceMinor", fault.Invalid, "invalid_price")
	}
	if i.Currency != nil {
		code := strings.ToUpper(strings.TrimSpace(*i.Currency))
		if _, err := currency.ParseISO(code); err != nil {
			faults.Add(field+"currency", fault.Invalid, "invalid_currency")
		}
		i.Currency = &code
	}
	switch {
	case i.PriceMinor != nil && i.Currency == nil:
		faults.Add(field+"currency", fault.Required, "required")
	case i.PriceMinor == nil && i.Currency != nil:
		faults.Add(field+"priceMinor", fault.Required, "required")
	}
}
