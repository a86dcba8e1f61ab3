# Signalbox. `make run` opens the window, `make test` runs every check; both
# set up what they need. `make help` lists the rest.

VERSION := 0.1.0

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash

commit := $(shell git rev-parse --short HEAD 2>/dev/null)
# Where there is no repository, or one that git will not read, Go must not ask it.
ifeq ($(commit),)
export GOFLAGS := $(strip $(GOFLAGS) -buildvcs=false)
endif
export PROGRAM_VERSION := $(VERSION)$(if $(commit),+$(commit))

binary   := build/bin/signalbox
server   := build/bin/signalbox-server
modules  := frontend/node_modules/.package-lock.json# npm writes it last
bindings := frontend/wailsjs/go/main/App.d.ts
page     := frontend/dist/index.html
# Folders too: their time changes when a file goes away.
web_sources := $(shell find frontend/src frontend/public frontend/messages \
	-path frontend/src/paraglide -prune -o -print) frontend/index.html frontend/project.inlang/settings.json \
	$(wildcard frontend/*.config.ts frontend/*.config.js frontend/tsconfig.json)

say = @printf '\033[1m==>\033[0m %s\n'
compiling = @test -x $(1) || printf '\033[1m==>\033[0m %s\n' 'Compiling $(1) (the first time takes a minute or two: SQLite is compiled)'

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: $(if $(DISPLAY)$(WAYLAND_DISPLAY),build,server) ## open the window; without a display, serve the dashboard (ARGS="--data DIR" is passed on)
	@build/run.sh $(ARGS)

.PHONY: serve
serve: server ## serve without a window, and print the address with its token
	@$(server) serve $(ARGS)

.PHONY: build
build: setup-window $(modules) $(bindings) $(page) ## build the program into build/bin/signalbox
	$(call compiling,$(binary))
	@build/compile.sh window $(binary)

.PHONY: server
server: setup $(modules) $(page) ## build the program without a window, static, into build/bin/signalbox-server
	$(call compiling,$(server))
	@build/compile.sh server $(server)

.PHONY: test
test: ## run every check: Go, the screens, the browser, the window
	@build/test.sh

.PHONY: test-go
test-go: ## the Go part of it
	@build/test.sh go

.PHONY: test-web
test-web: ## types, formatting and models of the screens, and the browser tests
	@build/test.sh web

.PHONY: test-window
test-window: ## the real window under Xvfb
	@build/test.sh window

.PHONY: lint
lint: ## gofmt, vet, staticcheck, svelte-check and prettier
	@build/test.sh lint

.PHONY: bench
bench: setup-test build server ## measure speed and size, and print one table
	@build/bench.sh
	@build/speed.sh

.PHONY: torture
torture: build ## kill, trim and fill the program at random moments for SECONDS (60), and hold it to its promises
	@go run ./build/torture -binary $(binary) -seconds $(or $(SECONDS),60) $(ARGS)

.PHONY: screenshots
screenshots: setup-test build ## take the README's pictures of the real window again
	@node --experimental-websocket --no-warnings build/screenshots.mjs

.PHONY: clean
clean: ## remove what was built; your messages are elsewhere and stay
	rm -rf build/bin build/cache frontend/node_modules frontend/src/paraglide frontend/test-results frontend/playwright-report
	find frontend/dist -mindepth 1 ! -name .gitkeep -delete

# The steps that `build` and `server` consist of, each done only when something
# changed. The steps that both need may need no GTK.

.PHONY: setup setup-window setup-test
setup:
	@build/setup.sh server
setup-window:
	@build/setup.sh window
setup-test:
	@build/setup.sh test

$(modules): frontend/package-lock.json frontend/package.json | setup
	$(say) 'Installing the npm packages from the lock file'
	@cd frontend && npm ci --no-audit --no-fund
	@touch $@

$(bindings): app.go bindings.go | setup
	$(say) 'Writing frontend/wailsjs from app.go'
	@go run -tags bindings .
	@touch $@

.PHONY: types
types: ## write the types of the HTTP API for the screens, from the structs of Go
	@go generate ./build/apitypes

$(page): $(modules) $(bindings) $(web_sources)
	$(say) 'Building the screens'
	@cd frontend && npm run --silent build -- --logLevel warn
	@touch $@
