// checker_porcupine MODEL FILE: the seconds of CPU until the history was read, then the verdict of
// Porcupine and the seconds of CPU that the checking alone took. It is given what serves it best: partitions by key, hashes of
// states, and neither reads nor other observers without an answer.
package main

import (
	"fmt"
	"os"
	"syscall"

	"github.com/anishathalye/porcupine"
)

func cpu() float64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	seconds := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return seconds(used.Utime) + seconds(used.Stime)
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: checker_porcupine MODEL FILE")
		os.Exit(2)
	}
	model, known := models()[os.Args[1]]
	if !known {
		fmt.Fprintln(os.Stderr, "checker_porcupine: no model", os.Args[1])
		os.Exit(2)
	}
	calls, err := read(os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, "checker_porcupine:", err)
		os.Exit(2)
	}
	history := make([]porcupine.Operation, len(calls))
	for i, c := range calls {
		history[i] = porcupine.Operation{Input: c, Call: c.called, Return: c.returned}
	}
	began := cpu()
	fmt.Printf("%.6f\n", began)
	verdict := "invalid"
	if porcupine.CheckOperations(model, history) {
		verdict = "valid"
	}
	fmt.Printf("%s %.6f\n", verdict, cpu()-began)
}
