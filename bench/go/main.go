// dbway_bench_go: the jobs of bench/jobs.hpp by pgx, lib/pq and GORM; used like bench/job.cpp, which says what it
// prints. Sides: go-pgx, go-pq, gorm. DATABASE: postgresql:SETTINGS.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// What a side can do; a nil function is a job that it has not got.
type side struct {
	point   func(count int) checksum
	batch   func(batches int) checksum
	scan    func(count int) checksum
	structs func(count int) checksum
	insert  func(rows []row)
	reset   func()
	written func() checksum // what is in table w
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "dbway_bench_go:", err)
		os.Exit(1)
	}
}

func milliseconds(of syscall.Timeval) float64 { return float64(of.Sec)*1e3 + float64(of.Usec)/1e3 }

func processorMilliseconds() float64 {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return milliseconds(usage.Utime) + milliseconds(usage.Stime)
}

func allocations() uint64 {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return memory.Mallocs
}

func peakKib() int64 {
	status, err := os.ReadFile("/proc/self/status")
	must(err)
	var kib int64
	for _, line := range strings.Split(string(status), "\n") {
		if strings.HasPrefix(line, "VmHWM:") {
			_, err = fmt.Sscan(strings.TrimPrefix(line, "VmHWM:"), &kib)
			must(err)
		}
	}
	return kib
}

func (s *side) jobOf(name string, count int) func() checksum {
	reading := map[string]func(int) checksum{"point": s.point, "batch": s.batch, "scan": s.scan, "structs": s.structs}
	if do := reading[name]; do != nil {
		return func() checksum { return do(count) }
	}
	if name == "insert" && s.insert != nil {
		rows := makeRows(count)
		s.reset()
		return func() checksum {
			s.insert(rows)
			return checksum{}
		}
	}
	must(fmt.Errorf("this side has not got the job %q", name))
	return nil
}

func (s *side) run(name string, count int) {
	do := s.jobOf(name, count)
	allocated := allocations()
	processor := processorMilliseconds()
	begin := time.Now()
	sum := do()
	wall := time.Since(begin)
	processor = processorMilliseconds() - processor
	allocated = allocations() - allocated
	if name == "insert" {
		sum = s.written()
	}
	fmt.Printf("{\"wall_ms\": %.4f, \"cpu_ms\": %.4f, \"peak_kib\": %d, \"allocations\": %d, \"checksum\": \"%d:%d:%.6e\"}\n",
		float64(wall.Nanoseconds())/1e6, processor, peakKib(), allocated, sum.rows, sum.sum, sum.val)
}

func main() {
	if len(os.Args) != 3 && len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: dbway_bench_go SIDE DATABASE [JOB COUNT]")
		os.Exit(2)
	}
	settings := strings.TrimPrefix(os.Args[2], "postgresql:") + " sslmode='disable'"
	var used *side
	switch os.Args[1] {
	case "go-pgx":
		used = newPgxSide(settings)
	case "go-pq":
		used = newPqSide(settings)
	case "gorm":
		used = newGormSide(settings)
	default:
		must(fmt.Errorf("no side %q", os.Args[1]))
	}
	var job string
	var count int
	if len(os.Args) == 5 {
		_, err := fmt.Sscan(os.Args[4], &count)
		must(err)
		used.run(os.Args[3], count)
		return
	}
	for {
		if _, err := fmt.Scan(&job, &count); err != nil {
			return
		}
		used.run(job, count)
	}
}
