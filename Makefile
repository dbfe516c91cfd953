# `make help` lists the targets. What a fresh machine lacks is installed by internal/devstack/cmd/prepare.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test cluster-test check fleet-test bench bench-quick bench-api bench-thumbnails bench-jobs simulate docs build package prepare packages gateway compile playground generate generated fmt fmt-check vet lint clean

PREPARE := go run -trimpath ./internal/devstack/cmd/prepare
TESTSTACK := bin/teststack
LINTER := bin/golangci-lint
WEB := internal/playground/web
PAGE := internal/playground/dist/index.html
MODULES := $(WEB)/node_modules/.package-lock.json
PEERS := bench/peers/node_modules/.package-lock.json
# What the page is built from; the tests beside it are not part of it.
WEB_FILES := $(shell find $(WEB) -type f -not -path '*/node_modules/*' -not -path '$(WEB)/test/*' 2>/dev/null)
# Long enough for a package's tests on a busy machine with two cores.
TEST_TIMEOUT := 8m
# What `packages` installs beside the servers; `test` and `check` need more.
EXTRAS := node
# What `package` builds for.
ARCHITECTURES := amd64,arm64
QUIETLY := $(MAKE) --no-print-directory

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## install what is missing, build, and run everything on this machine
	@$(QUIETLY) -j3 gateway $(PAGE) compile
	@$(QUIETLY) build
	@exec bin/styleshare run

test: ## the same set-up, then every test
	@$(QUIETLY) -j3 EXTRAS='node chromium jpeg' gateway $(MODULES) $(PAGE) $(TESTSTACK)
	$(TESTSTACK) go test -timeout $(TEST_TIMEOUT) ./...

cluster-test: ## run the API on a PostgreSQL primary with a replica, pgbouncer and pgpool, kill and promote the replica (TEST=… for some of it)
	@$(QUIETLY) -j3 EXTRAS='node cluster' gateway $(PAGE) $(TESTSTACK)
	$(TESTSTACK) go test -tags cluster -timeout 30m -count=1 -v -run 'TestCluster.*$(TEST)' ./e2e

check: fmt-check vet lint generated ## format, vet, lint, generated code, then every test with the race detector
	@$(QUIETLY) -j3 EXTRAS='node chromium gcc jpeg' gateway $(MODULES) $(PAGE) $(TESTSTACK)
	CGO_ENABLED=1 $(TESTSTACK) go test -race -timeout $(TEST_TIMEOUT) ./...

# What the tests of a fleet need beside the servers.
FLEET := nginx compose systemd promtool
# make fleet-test TEST=Rolling runs some of them.
TEST :=

fleet-test: ## test with the programs of a fleet: nginx, systemd and others; some minutes, TEST=Rolling for one subject
	@$(QUIETLY) -j3 EXTRAS='$(FLEET)' gateway $(PAGE)
	go test -tags fleet -count=1 -v -timeout 30m $(if $(TEST),-run '$(TEST)') ./e2e/fleet
	go test -tags fleet -count=1 -v -timeout 30m -run '$(or $(TEST),Drill|Backup)' ./e2e

build: $(PAGE) ## build bin/styleshare
	@go build -trimpath -o bin/styleshare .

package: $(PAGE) ## make the release of this commit in dist/: .tar.gz and .deb for amd64 and arm64, checksums, bill of materials
	@cd tools/package && go build -o ../../bin/package .
	@bin/package -architectures $(ARCHITECTURES)

prepare: packages gateway ## install what is missing: PostgreSQL, Redis, memcached, Node, the S3 gateway

packages:
	@$(PREPARE) packages $(EXTRAS)

gateway:
	@$(PREPARE) gateway

# Compiles what the binary consists of while other things are still being fetched, without linking it. Without paths, what
# one checkout has compiled serves all others of this machine; the gateway shares packages with it, and is built likewise.
compile:
	@echo 'Compiling (about a minute the first time) …'
	@go list -deps -f '{{if ne .Name "main"}}{{.ImportPath}}{{end}}' . | xargs -r go build -trimpath

playground: $(PAGE) ## build the page that the binary embeds

# A page built from the same files before is taken from the cache. Node has to be there before, but a new Node is no
# reason to build again.
$(PAGE): $(WEB_FILES) | packages
	@key=$$(cat $(WEB_FILES) | git hash-object --stdin); kept="$${XDG_CACHE_HOME:-$$HOME/.cache}/styleshare/playground-$$key"; \
	if [ -f "$$kept/index.html" ]; then cp -R "$$kept/." $(dir $(PAGE)); else \
		$(QUIETLY) $(MODULES) && echo 'Building the playground …' && (cd $(WEB) && npm run --silent build) && \
		mkdir -p "$$kept" && cp -R $(dir $(PAGE)). "$$kept"; fi
	@touch $(PAGE)

# What the page is built with, and what the browser tests drive Chromium with.
$(MODULES): $(WEB)/package-lock.json | packages
	@echo 'Fetching the packages of the playground …'
	@cd $(WEB) && npm ci --no-audit --no-fund --loglevel=error
	@touch $(MODULES)

$(TESTSTACK): FORCE
	@go build -o $(TESTSTACK) ./internal/devstack/cmd/teststack

$(LINTER): tools/lint/go.mod
	@echo 'Building the linter (once, a few minutes) …'
	@cd tools/lint && go build -ldflags='-s -w' -o ../../$(LINTER) github.com/golangci/golangci-lint/v2/cmd/golangci-lint

docs: ## build the documentation site in docs/site, with the reference of the schema
	@go run ./tools/docs

generate: ## generate code again after a change of the schema
	go generate ./...

# Compares what git sees before and after, so that other uncommitted work is no obstacle.
TREE = { git diff HEAD; git ls-files -o --exclude-standard -z | xargs -0 cat; } 2>/dev/null | git hash-object --stdin

generated:
	@before=$$($(TREE)) && go generate ./... && [ "$$before" = "$$($(TREE))" ] || \
		{ echo 'Generated code was not up to date. It is now: look at git diff and commit it.'; exit 1; }

fmt: ## format all Go code
	@gofmt -l -w $$(git ls-files -co --exclude-standard '*.go')

fmt-check:
	@wrong=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); \
		[ -z "$$wrong" ] || { echo "Not formatted, run make fmt:"; echo "$$wrong"; exit 1; }

vet:
	@go vet ./...
	@go vet -tags fleet ./e2e ./e2e/fleet
	@go vet -tags cluster ./e2e

lint: $(LINTER) ## lint, with the rules of .golangci.yml
	@$(LINTER) run --build-tags fleet,cluster ./...

bench: ## compare with peers and with what can be written by hand, on a machine that does nothing else (half an hour)
	@$(QUIETLY) bench-api
	@$(QUIETLY) bench-thumbnails
	@$(QUIETLY) bench-jobs

bench-quick: ## the main ratios of make bench, in three minutes
	@$(QUIETLY) EXTRAS=node $(PEERS) build
	@go run ./bench/api -quick -size S -rounds 3

bench-api:
	@$(QUIETLY) EXTRAS='node flask' $(PEERS) build
	@go run ./bench/api

$(PEERS): bench/peers/package-lock.json | packages
	@echo 'Fetching the packages of the peers …'
	@cd bench/peers && npm ci --no-audit --no-fund --loglevel=error
	@touch $(PEERS)

bench-thumbnails: ## compare the picture pipeline with sharp (about a minute, on a machine that does nothing else)
	@$(QUIETLY) EXTRAS='node jpeg' packages
	@go run ./bench/thumbnails

bench-jobs: ## compare the worker with Celery on RabbitMQ (five minutes, on a machine that does nothing else)
	@$(QUIETLY) EXTRAS=celery packages
	@go run ./bench/jobs

simulate: ## replay a day against the scaling policies of deploy/ and draw it: docs/scaling-day.svg
	@go run ./bench/day

clean: ## remove what was built here (the data of make run stays)
	@rm -rf bin dist $(dir $(PAGE))assets $(PAGE) $(WEB)/node_modules

FORCE:
