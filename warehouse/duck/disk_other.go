//go:build !unix

package duck

// freeText returns how much room there is beside a file, where that can be asked.
func freeText(string) string { return "unknown" }
