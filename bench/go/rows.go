package main

import (
	"fmt"
	"time"
)

// Rows, keys and checksum as in bench/jobs.hpp.

const (
	tableRows = 1_000_000
	batchSize = 100
	pointSQL  = "select id, val, name, ts from t where id = $1"
)

func scanSQL(count int) string {
	if count >= tableRows {
		return "select id, val, name, ts from t"
	}
	return fmt.Sprintf("select id, val, name, ts from t where id <= %d", count)
}

type row struct {
	ID   int64
	Val  float64
	Name string
	Ts   time.Time
}

func makeRows(count int) []row {
	rows := make([]row, count)
	for i := range rows {
		id := int64(i) + 1
		micros := 1_700_000_000*1_000_000 + id*1_000_000 + (id*7919)%1_000_000
		rows[i] = row{id, float64(id)*1.1 + 0.37, fmt.Sprintf("name-%015d", id), time.UnixMicro(micros).UTC()}
	}
	return rows
}

type checksum struct {
	rows, sum uint64
	val       float64
}

func (c *checksum) add(r *row) {
	c.rows++
	c.sum += uint64(r.ID) + uint64(len(r.Name)) + uint64(r.Name[len(r.Name)-1]) + uint64(r.Ts.UnixMicro())
	c.val += r.Val
}

func checksumOf(rows []row) checksum {
	var sum checksum
	for i := range rows {
		sum.add(&rows[i])
	}
	return sum
}

type keys struct{ state uint64 }

func newKeys() *keys { return &keys{88172645463325252} }

func (k *keys) next() int64 {
	k.state ^= k.state << 13
	k.state ^= k.state >> 7
	k.state ^= k.state << 17
	return int64(k.state%tableRows) + 1
}
