# make help lists what there is to do.

.DEFAULT_GOAL := help
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
FUZZTIME ?= 10s
MANIFESTS := manifest.yaml $(wildcard examples/*/manifest.yaml)

.PHONY: help
help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

.PHONY: demo
demo: generate ## generate the connector, then run every action against the sandbox
	go run ./cmd/livestorm demo

.PHONY: test
test: cases faults clients site-tools exports fleet ## run all tests, then again under the race detector without what runs other programs
	go test -timeout 30m ./...
	go test -timeout 30m -race -short ./...

.PHONY: clients
clients: ## install the TypeScript clients that the MCP server is tested with, where npm is
	@if command -v npm >/dev/null; then npm ci --silent --prefix testdata/mcp; else echo "no npm: the tests with TypeScript clients are skipped"; fi

.PHONY: faults
faults: ## run calls over a bad network: every toxic of toxiproxy, in a module of its own
	cd testdata/faults && go vet ./... && go test -race ./...

.PHONY: fleet
fleet: ## run the tests of the fleet, a module of its own: batches and workers, killed on the way
	cd fleet && go vet ./... && go test -race -run TestBudgetShared ./cli # alone on the machine: it looks at moments
	cd fleet && go test -timeout 30m -race -skip TestBudgetShared ./...

.PHONY: demo-fleet
demo-fleet: ## register 200 people in a batch that is killed half way, and count
	cd fleet && go run ./demo

.PHONY: bench-fleet
bench-fleet: ## measure the fleet, and write docs/scale.md; BENCH=-long weighs 1,000,000 jobs too
	cd fleet && go run ./bench -page ../docs/scale.md $(BENCH)

.PHONY: exports
exports: testdata/exports/node_modules ## run the judges of what is exported: linters, MDX, validators
	cd testdata/exports && go test -timeout 30m .

# To compile the SDKs takes six minutes, which every test run would wait for; to vet
# them takes ten.
.PHONY: vendors
vendors: testdata/exports/node_modules ## run the tool formats under the SDKs of OpenAI and Anthropic and LangChain, and the programs of docs/tools.md
	cd testdata/exports && go test -timeout 30m -vet=off ./vendors ./hosts

testdata/exports/node_modules: testdata/exports/package-lock.json
	@command -v npm >/dev/null || { echo 'npm is not installed, so the judges in JavaScript are left out'; exit 0; }; \
	cd testdata/exports && npm ci --no-audit --no-fund --ignore-scripts && touch node_modules

.PHONY: cases
cases: ## run the cases that stand beside the actions of each manifest
	@for m in $(MANIFESTS); do echo "connectorgen test --manifest $$m"; go run ./cmd/connectorgen test --manifest $$m || exit 1; done

.PHONY: site-tools
site-tools: ## install what the tests of the site need beside Chromium: playwright-core and axe-core
	@if command -v npm >/dev/null; then PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --silent --no-audit --no-fund --prefix testdata/site; else echo "no npm: the tests of the site in a browser are skipped"; fi

.PHONY: generate
generate: ## write gen/ and the pages that are rendered from the language's schema
	@for m in $(MANIFESTS); do echo "connectorgen generate --manifest $$m"; go run ./cmd/connectorgen generate --manifest $$m || exit 1; done
	go run ./cmd/connectorgen schema > docs/.page && mv docs/.page docs/manifest.schema.json
	go run ./cmd/connectorgen schema --format markdown > docs/.page && mv docs/.page docs/manifest.md
	go run ./cmd/connectorgen rules --format markdown > docs/.page && mv docs/.page docs/rules.md

.PHONY: check
check: ## tell whether the generated files are current
	@for m in $(MANIFESTS); do echo "connectorgen check --manifest $$m"; go run ./cmd/connectorgen check --manifest $$m || exit 1; done
	go run ./cmd/connectorgen schema | cmp - docs/manifest.schema.json
	go run ./cmd/connectorgen schema --format markdown | cmp - docs/manifest.md
	go run ./cmd/connectorgen rules --format markdown | cmp - docs/rules.md

.PHONY: lint
lint: ## gofmt, go vet and staticcheck, and the manifest itself
	@test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...
	cd fleet && go vet ./... && go run $(STATICCHECK) ./...
	@for m in $(MANIFESTS); do echo "connectorgen lint --manifest $$m"; go run ./cmd/connectorgen lint --manifest $$m || exit 1; done
	@for m in $(MANIFESTS); do go run ./cmd/connectorgen fmt --check --manifest $$m || exit 1; done

# Options of the bench: BENCH=-long runs the peers at every size, BENCH='-only calls'
# some sections; see testdata/bench/main.go.
BENCH ?=

.PHONY: bench
bench: ## measure all of it beside a floor and other generators, and write docs/performance.md
	cd testdata/bench && go run . -page ../../docs/performance.md $(BENCH)

.PHONY: bench-parts
bench-parts: ## the same rows as benchmarks of go test, and those of the packages, for profiles
	cd testdata/bench && go test -run '^$$' -bench . ./inside
	go test -run '^$$' -bench . -benchmem ./runtime ./generator

.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZTIME, or all of them for FUZZBUDGET seconds; FUZZDIRS chooses packages
	FUZZTIME=$(FUZZTIME) FUZZBUDGET=$(FUZZBUDGET) FUZZ='$(FUZZ)' FUZZDIRS='$(FUZZDIRS)' .ci/fuzz

.PHONY: build
build: ## build the commands into bin/
	go build -trimpath -ldflags '-s -w' -o bin/ ./cmd/...
