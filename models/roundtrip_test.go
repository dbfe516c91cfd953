package models

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

// someTime has the microseconds that PostgreSQL keeps.
var someTime = time.Date(2026, 11, 23, 4, 5, 6, 789012000, time.UTC)

// awkward is what people may write and SQL might trip over.
const awkward = `it's "100%" \ \' ? ?0 $1 {x} -- ; 한글 👩‍👩‍👧 ` + "\n\t"

// utc puts all times of a row into UTC, so that rows can be compared.
func utc(row any) any {
	v := reflect.ValueOf(row).Elem()
	for i := range v.NumField() {
		switch at := v.Field(i).Interface().(type) {
		case time.Time:
			v.Field(i).Set(reflect.ValueOf(at.UTC()))
		case *time.Time:
			if at != nil {
				v.Field(i).Set(reflect.ValueOf(ptr(at.UTC())))
			}
		}
	}
	return row
}

// same compares a row with what was written, field by field.
func same(t *testing.T, how string, got, want any) {
	t.Helper()
	if reflect.ValueOf(got).IsNil() {
		t.Errorf("%s: nothing read of %T", how, want)
		return
	}
	utc(got)
	g, w := reflect.ValueOf(got).Elem(), reflect.ValueOf(want).Elem()
	for i := range g.NumField() {
		if !reflect.DeepEqual(g.Field(i).Interface(), w.Field(i).Interface()) {
			t.Errorf("%s: %T.%s = %#v, want %#v", how, want, g.Type().Field(i).Name, g.Field(i).Interface(), w.Field(i).Interface())
		}
	}
}

// complete tells of fields that a full row forgot to fill.
func complete(t *testing.T, row any) {
	t.Helper()
	v := reflect.ValueOf(row).Elem()
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if strings.Contains(field.Tag.Get("bun"), "scanonly") { // the database fills it
			continue
		}
		if field.Name != "BaseModel" && v.Field(i).IsZero() {
			t.Errorf("%T.%s is zero in the row that has everything", row, field.Name)
		}
	}
}

// roundTrip writes a row with Bun as the verbs do, and reads it with Bun.
func roundTrip[T any](t *testing.T, db *DB, row *T) {
	t.Helper()
	want := *row
	if _, err := db.NewInsert().Model(row).Returning("NULL").Exec(t.Context()); err != nil {
		t.Errorf("%T: %v", row, err)
		return
	}
	same(t, "written", row, &want) // Bun must not have touched it
	got := new(T)
	if err := db.NewSelect().Model(got).OrderExpr("?TablePKs desc").Limit(1).Scan(t.Context()); err != nil {
		t.Errorf("%T: %v", row, err)
		return
	}
	same(t, "bun", got, &want)
}

func TestRoundTripOfRowsWithoutAnything(t *testing.T) {
	t.Parallel()
	db := open(t)
	none := []int64{}
	roundTrip(t, db, &User{ID: 9})
	roundTrip(t, db, &Account{UserID: 9})
	roundTrip(t, db, &Session{ID: 9, UserID: 9, RefreshTokenHash: []byte{}, TokenFamilyHash: []byte{}})
	roundTrip(t, db, &MailedToken{TokenHash: []byte{}, UserID: 9})
	roundTrip(t, db, &signingKey{PrivateKey: []byte{}})
	roundTrip(t, db, &Photo{ID: 9, OwnerID: 9})
	roundTrip(t, db, &Style{ID: 9, AuthorID: 9, PhotoIDs: none, ItemIDs: none, TagIDs: none, BrandIDs: none, MentionIDs: none})
	roundTrip(t, db, &ItemTag{ID: 9, StyleID: 9, PhotoID: 9})
	roundTrip(t, db, &Tag{ID: 9})
	roundTrip(t, db, &Brand{ID: 9})
	roundTrip(t, db, &Comment{ID: 9, StyleID: 9, AuthorID: 9, MentionIDs: none})
	roundTrip(t, db, &Collection{ID: 9, OwnerID: 9})
	roundTrip(t, db, &Report{ID: 9, ReporterID: 9, AuthorID: 9})
	roundTrip(t, db, &moderationEntry{ID: 9})
	byID(t, db.Collections, 9, &Collection{ID: 9, OwnerID: 9})
	roundTrip(t, db, &Notification{ID: 9, RecipientID: 9, ActorIDs: none})
	roundTrip(t, db, &NotificationPreference{UserID: 9, Channels: []NotificationChannel{}})
	roundTrip(t, db, &Device{ID: 9, UserID: 9, TokenHash: []byte{}})
	roundTrip(t, db, &OutboxRow{ID: 9, Payload: json.RawMessage(`{}`)})
	byIDs(t, db, &User{ID: 9}, &Photo{ID: 9, OwnerID: 9},
		&Style{ID: 9, AuthorID: 9, PhotoIDs: none, ItemIDs: none, TagIDs: none, BrandIDs: none, MentionIDs: none},
		&ItemTag{ID: 9, StyleID: 9, PhotoID: 9}, &Tag{ID: 9}, &Brand{ID: 9}, &Comment{ID: 9, StyleID: 9, AuthorID: 9, MentionIDs: none})
}

func TestRoundTripOfRowsWithEverything(t *testing.T) {
	t.Parallel()
	db := open(t)
	at, text, ids := ptr(someTime), ptr(awkward), []int64{1 << 62, 3, 2}
	day := time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
	owner := person(t, db)
	user := &User{ID: 1 << 60, Username: awkward, DisplayName: awkward, Bio: awkward, Website: text, AvatarPhotoID: ptr(readyPhoto(t, db, owner)), IsPrivate: true,
		StyleCount: 1, FollowerCount: 2, FollowingCount: 3, FeedMerged: true, SuspendedAt: at, DeletedAt: at, CreatedAt: someTime}
	photo := &Photo{ID: 1 << 60, OwnerID: owner, State: PhotoReady, Rejection: text, ContentType: awkward, ByteSize: 1 << 40, ObjectToken: awkward, Width: ptr(0), Height: ptr(7),
		Blurhash: text, DominantColor: text, StyleID: ptr(published(t, db, owner, "")), QuestionID: ptr(asked(t, db, owner)), CreatedAt: someTime, CompletedAt: at, ReadyAt: at}
	style := &Style{ID: 1 << 60, AuthorID: owner, State: StyleRemoved, Caption: awkward, PhotoIDs: ids, ItemIDs: ids, TagIDs: ids, BrandIDs: ids, MentionIDs: ids,
		WornOn: &day, LikeCount: 1, CommentCount: 2, CollectCount: 3, ItemInfoRequestCount: 4, CreatedAt: someTime, EditedAt: at, PublishedAt: at, DeletedAt: at}
	tag := &Tag{ID: 1 << 60, Name: awkward, StyleCount: 5}
	brand := &Brand{ID: 1 << 60, Slug: awkward, Name: awkward, StyleCount: 6}
	item := &ItemTag{ID: 1 << 60, StyleID: style.ID, PhotoID: photo.ID, X: 1, Y: 0.1, BrandID: ptr(brand.ID), Name: awkward, PriceMinor: ptr(0), Currency: text, ShopURL: text}
	comment := &Comment{ID: 1 << 60, StyleID: style.ID, AuthorID: owner, Body: awkward, MentionIDs: ids, IsItemInfoRequest: true, CreatedAt: someTime}
	comment.ReplyToID, comment.ReplyToAuthorID = ptr(comment.ID), ptr(owner)
	collection := &Collection{ID: 1 << 60, OwnerID: owner, Name: awkward, IsPrivate: true, IsDefault: true, StyleCount: 7, CreatedAt: someTime}
	for _, write := range []func(){
		func() { complete(t, user); roundTrip(t, db, user) },
		func() { complete(t, photo); roundTrip(t, db, photo) },
		func() { complete(t, style); roundTrip(t, db, style) },
		func() { complete(t, tag); roundTrip(t, db, tag) },
		func() { complete(t, brand); roundTrip(t, db, brand) },
		func() { complete(t, item); roundTrip(t, db, item) },
		func() { complete(t, comment); roundTrip(t, db, comment) },
		func() { complete(t, collection); roundTrip(t, db, collection) },
	} {
		write()
	}
	byIDs(t, db, user, photo, style, item, tag, brand, comment)
	byID(t, db.Collections, collection.ID, collection)
	private(t, db, user.ID)
}

// private writes the rows that are not read by id.
func private(t *testing.T, db *DB, userID int64) {
	t.Helper()
	at, text, hash := ptr(someTime), ptr(awkward), []byte{0, 1, '\'', '\\', 255}
	account := &Account{UserID: userID, Email: awkward, EmailVerifiedAt: at, PasswordHash: awkward, Locale: awkward, TimeZone: awkward, MailUnsubscribedAt: at,
		QuietFrom: text, QuietUntil: text}
	session := &Session{ID: 1 << 60, UserID: userID, RefreshTokenHash: hash, TokenFamilyHash: hash, PreviousTokenHash: hash, RotationKey: text, UserAgent: awkward,
		CreatedAt: someTime, LastSeenAt: someTime, ExpiresAt: someTime, RevokedAt: at}
	token := &MailedToken{TokenHash: hash, UserID: userID, Purpose: VerifyEmailToken, Email: awkward, CreatedAt: someTime, ExpiresAt: someTime, UsedAt: at}
	key := &signingKey{ID: awkward, PrivateKey: hash, CreatedAt: someTime, RetiredAt: at}
	fold := &Notification{ID: 1 << 60, RecipientID: userID, Kind: Followed, SubjectKind: awkward, SubjectID: 1, ActorIDs: []int64{1 << 62, 3}, ActorCount: 4,
		Position: 1 << 62, UpdatedAt: someTime, ReadAt: at, PushedAt: at, MailedAt: at}
	preference := &NotificationPreference{UserID: userID, Kind: Followed, Channels: []NotificationChannel{Mail, awkward}}
	device := &Device{ID: 1 << 60, UserID: userID, Platform: IOS, Token: awkward, TokenHash: hash, Name: awkward, CreatedAt: someTime, RegisteredAt: someTime}
	payload := must(json.Marshal(map[string]string{"text": awkward}))
	job := &OutboxRow{ID: 1 << 60, Kind: awkward, UniqueKey: text, Payload: payload, CreatedAt: someTime, AvailableAt: someTime, EnqueuedAt: at,
		Generation: 1, Attempts: 2, LastError: text, DoneAt: at, DeadAt: at}
	for _, row := range []any{account, session, token, key, fold, preference, device, job} {
		complete(t, row)
	}
	roundTrip(t, db, account)
	roundTrip(t, db, session)
	roundTrip(t, db, token)
	roundTrip(t, db, key)
	roundTrip(t, db, fold)
	report := &Report{ID: 1 << 60, ReporterID: userID, SubjectKind: awkward, SubjectID: 1, AuthorID: userID, Reason: awkward, Detail: awkward, State: ReportResolved,
		CreatedAt: someTime, Resolution: ptr(ActionDismiss), ResolvedByID: ptr(userID), ResolvedAt: at}
	entry := &moderationEntry{ID: 1 << 60, ModeratorID: ptr(userID), Action: ActionDismiss, SubjectKind: awkward, SubjectID: 1, AuthorID: 2, ReportID: ptr(report.ID),
		Note: awkward, CreatedAt: someTime}
	complete(t, report)
	complete(t, entry)
	roundTrip(t, db, report)
	roundTrip(t, db, entry)
	roundTrip(t, db, preference)
	roundTrip(t, db, device)
	exec(t, db, `delete from outbox`)
	if _, err := db.NewInsert().Model(job).Returning("NULL").Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := must(db.Jobs(t.Context(), []int64{job.ID}))[job.ID]
	var text2 map[string]string // jsonb orders and spaces as it likes
	if err := json.Unmarshal(got.Payload, &text2); err != nil || text2["text"] != awkward {
		t.Errorf("payload %s, %v", got.Payload, err)
	}
	got.Payload = job.Payload
	same(t, "bun", got, job)
}

// byIDs reads the cached rows natively.
func byIDs(t *testing.T, db *DB, user *User, photo *Photo, style *Style, item *ItemTag, tag *Tag, brand *Brand, comment *Comment) {
	t.Helper()
	byID(t, db.Users, user.ID, user)
	byID(t, db.Photos, photo.ID, photo)
	byID(t, db.Styles, style.ID, style)
	byID(t, db.ItemTags, item.ID, item)
	byID(t, db.Tags, tag.ID, tag)
	byID(t, db.Brands, brand.ID, brand)
	byID(t, db.Comments, comment.ID, comment)
}

func byID[T any](t *testing.T, read func(context.Context, []int64) (map[int64]*T, error), id int64, want *T) {
	t.Helper()
	found, err := read(t.Context(), []int64{id, id, -1})
	if err != nil || len(found) != 1 {
		t.Errorf("%T by id: %d rows, %v", want, len(found), err)
		return
	}
	same(t, "native", found[id], want)
}

// What the scalars keep away from PostgreSQL would be an error there, not something worse.
func TestNULIsAnError(t *testing.T) {
	t.Parallel()
	db := open(t)
	if err := db.UpdateProfile(t.Context(), by(person(t, db)), ProfileChange{Website: ptr("https://a.example/\x00' or true --")}); err == nil {
		t.Error("NUL was taken")
	}
	if _, err := db.UserIDByUsername(t.Context(), "a\x00b"); err == nil {
		t.Error("NUL was taken")
	}
}
