package models

import rows "styleshare/internal/rowcodec"

// What the caches keep of the rows: all fields, in any order. A row whose list changes is another one to them, so nothing
// else is to be done. These are no methods: the types of the API embed the rows.

// UserFields lists the fields of User.
func UserFields(u *User, f *rows.Fields) {
	f.Int64(&u.ID)
	f.String(&u.Username)
	f.String(&u.DisplayName)
	f.String(&u.Bio)
	rows.Optional(f, &u.Website, (*rows.Fields).String)
	rows.Optional(f, &u.AvatarPhotoID, (*rows.Fields).Int64)
	f.Bool(&u.IsPrivate)
	f.Int(&u.StyleCount)
	f.Int(&u.FollowerCount)
	f.Int(&u.FollowingCount)
	f.Bool(&u.FeedMerged)
	rows.Optional(f, &u.SuspendedAt, (*rows.Fields).Time)
	rows.Optional(f, &u.DeletedAt, (*rows.Fields).Time)
	f.Time(&u.CreatedAt)
}

// StyleFields lists the fields of Style.
func StyleFields(s *Style, f *rows.Fields) {
	f.Int64(&s.ID)
	f.Int64(&s.AuthorID)
	rows.Text(f, &s.State)
	f.String(&s.Caption)
	f.Int64s(&s.PhotoIDs)
	f.Int64s(&s.ItemIDs)
	f.Int64s(&s.TagIDs)
	f.Int64s(&s.BrandIDs)
	f.Int64s(&s.MentionIDs)
	rows.Optional(f, &s.WornOn, (*rows.Fields).Time)
	f.Int(&s.LikeCount)
	f.Int(&s.CommentCount)
	f.Int(&s.CollectCount)
	f.Int(&s.ItemInfoRequestCount)
	f.Time(&s.CreatedAt)
	rows.Optional(f, &s.EditedAt, (*rows.Fields).Time)
	rows.Optional(f, &s.PublishedAt, (*rows.Fields).Time)
	rows.Optional(f, &s.DeletedAt, (*rows.Fields).Time)
}

// PhotoFields lists the fields of Photo.
func PhotoFields(p *Photo, f *rows.Fields) {
	f.Int64(&p.ID)
	f.Int64(&p.OwnerID)
	rows.Text(f, &p.State)
	rows.Optional(f, &p.Rejection, (*rows.Fields).String)
	f.String(&p.ContentType)
	f.Int64(&p.ByteSize)
	f.String(&p.ObjectToken)
	rows.Optional(f, &p.Width, (*rows.Fields).Int)
	rows.Optional(f, &p.Height, (*rows.Fields).Int)
	rows.Optional(f, &p.Blurhash, (*rows.Fields).String)
	rows.Optional(f, &p.DominantColor, (*rows.Fields).String)
	rows.Optional(f, &p.StyleID, (*rows.Fields).Int64)
	rows.Optional(f, &p.QuestionID, (*rows.Fields).Int64)
	f.Time(&p.CreatedAt)
	rows.Optional(f, &p.CompletedAt, (*rows.Fields).Time)
	rows.Optional(f, &p.ReadyAt, (*rows.Fields).Time)
}

// CommentFields lists the fields of Comment.
func CommentFields(c *Comment, f *rows.Fields) {
	f.Int64(&c.ID)
	f.Int64(&c.StyleID)
	f.Int64(&c.AuthorID)
	rows.Optional(f, &c.ReplyToID, (*rows.Fields).Int64)
	rows.Optional(f, &c.ReplyToAuthorID, (*rows.Fields).Int64)
	f.String(&c.Body)
	f.Int64s(&c.MentionIDs)
	f.Bool(&c.IsItemInfoRequest)
	f.Time(&c.CreatedAt)
}

// CommentHeadFields lists the fields of CommentHead.
func CommentHeadFields(h *CommentHead, f *rows.Fields) {
	f.Int64(&h.StyleID)
	f.Int64s(&h.CommentIDs)
	f.Int64s(&h.AuthorIDs)
}

// ItemTagFields lists the fields of ItemTag.
func ItemTagFields(i *ItemTag, f *rows.Fields) {
	f.Int64(&i.ID)
	f.Int64(&i.StyleID)
	f.Int64(&i.PhotoID)
	f.Float64(&i.X)
	f.Float64(&i.Y)
	rows.Optional(f, &i.BrandID, (*rows.Fields).Int64)
	f.String(&i.Name)
	rows.Optional(f, &i.PriceMinor, (*rows.Fields).Int)
	rows.Optional(f, &i.Currency, (*rows.Fields).String)
	rows.Optional(f, &i.ShopURL, (*rows.Fields).String)
}

// TagFields lists the fields of Tag.
func TagFields(t *Tag, f *rows.Fields) {
	f.Int64(&t.ID)
	f.String(&t.Name)
	f.Int(&t.StyleCount)
}

// BrandFields lists the fields of Brand.
func BrandFields(b *Brand, f *rows.Fields) {
	f.Int64(&b.ID)
	f.String(&b.Slug)
	f.String(&b.Name)
	f.Int(&b.StyleCount)
}

// CollectionFields lists the fields of Collection.
func CollectionFields(c *Collection, f *rows.Fields) {
	f.Int64(&c.ID)
	f.Int64(&c.OwnerID)
	f.String(&c.Name)
	f.Bool(&c.IsPrivate)
	f.Bool(&c.IsDefault)
	f.Int(&c.StyleCount)
	f.Time(&c.CreatedAt)
}

// QuestionFields lists the fields of Question.
func QuestionFields(q *Question, f *rows.Fields) {
	f.Int64(&q.ID)
	f.Int64(&q.AuthorID)
	f.String(&q.Body)
	f.Int64s(&q.PhotoIDs)
	rows.Optional(f, &q.StyleID, (*rows.Fields).Int64)
	f.Int(&q.AnswerCount)
	rows.Optional(f, &q.AcceptedAnswerID, (*rows.Fields).Int64)
	f.Time(&q.CreatedAt)
	rows.Optional(f, &q.PublishedAt, (*rows.Fields).Time)
	rows.Optional(f, &q.RemovedAt, (*rows.Fields).Time)
}

// AnswerFields lists the fields of Answer.
func AnswerFields(a *Answer, f *rows.Fields) {
	f.Int64(&a.ID)
	f.Int64(&a.QuestionID)
	f.Int64(&a.AuthorID)
	f.String(&a.Body)
	f.Int64s(&a.StyleIDs)
	f.Time(&a.CreatedAt)
	rows.Optional(f, &a.RemovedAt, (*rows.Fields).Time)
}
