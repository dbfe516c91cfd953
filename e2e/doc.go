// Package e2e tests the built binary from outside: real HTTP, and PostgreSQL, Redis, memcached, an object store and an SMTP
// server for each test alone. Start gives a Stack; `go doc -u` lists its helpers. Cases as data are in cases/, the SQL
// statements of the apps' operations in statements.txt; `go test ./e2e -update` writes both anew for a look with `git diff`.
package e2e
