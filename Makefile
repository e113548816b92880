.PHONY: build test lint fmt golden bench

# packages whose tests hold benchmarks, or golden files
benchmarks = $$(grep -rlE --include=*_test.go '^func Benchmark' . | xargs -r -n1 dirname | sort -u)
goldens    = $$(grep -rlE --include=*_test.go '(Bool|BoolVar)\(.*"update"' . | xargs -r -n1 dirname | sort -u)

build:  ## the program, in bin/
	go build -o bin/tearsheet ./cmd/tearsheet

test:  ## everything: PostgreSQL of its own, format, vet, lint, all tests
	@go run ./internal/testrun

lint:  ## what needs no server
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "not formatted:"; echo "$$unformatted"; exit 1; }
	go vet ./...
	go tool staticcheck ./...
	go test ./internal/layers

fmt:
	gofmt -w .

golden:  ## write the golden files anew; read the diff before committing it
	go test $(goldens) -update

bench:  ## the ratios of speed; takes minutes and a gigabyte of disk
	@go run ./internal/testrun bench $(benchmarks)
