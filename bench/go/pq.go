package main

import (
	"database/sql"

	"github.com/lib/pq"
)

func newPqSide(settings string) *side {
	database, err := sql.Open("postgres", settings)
	must(err)
	database.SetMaxOpenConns(1)
	point, err := database.Prepare(pointSQL)
	must(err)

	each := func(text string, use func(*row)) {
		rows, err := database.Query(text)
		must(err)
		defer rows.Close()
		var r row
		for rows.Next() {
			must(rows.Scan(&r.ID, &r.Val, &r.Name, &r.Ts))
			use(&r)
		}
		must(rows.Err())
	}
	scan := func(text string) checksum {
		var sum checksum
		each(text, sum.add)
		return sum
	}
	return &side{
		point: func(count int) checksum {
			var sum checksum
			var r row
			ids := newKeys()
			for i := 0; i < count; i++ {
				must(point.QueryRow(ids.next()).Scan(&r.ID, &r.Val, &r.Name, &r.Ts))
				sum.add(&r)
			}
			return sum
		},
		scan: func(count int) checksum { return scan(scanSQL(count)) },
		structs: func(count int) checksum {
			var all []row
			each(scanSQL(count), func(r *row) { all = append(all, *r) })
			return checksumOf(all)
		},
		insert: func(rows []row) {
			transaction, err := database.Begin()
			must(err)
			copied, err := transaction.Prepare(pq.CopyIn("w", "id", "val", "name", "ts"))
			must(err)
			for i := range rows {
				_, err = copied.Exec(rows[i].ID, rows[i].Val, rows[i].Name, rows[i].Ts)
				must(err)
			}
			_, err = copied.Exec()
			must(err)
			must(copied.Close())
			must(transaction.Commit())
		},
		reset: func() {
			_, err := database.Exec("delete from w")
			must(err)
		},
		written: func() checksum { return scan("select id, val, name, ts from w") },
	}
}
