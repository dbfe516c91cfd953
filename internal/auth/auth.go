// Package auth holds the mechanics of proving who somebody is: password hashes, signed access tokens,
// opaque tokens and signed links. It stores nothing and knows nothing of users; callers bring the rows.
package auth
