package main

import (
	"context"

	"github.com/jackc/pgx/v4"
)

func newPgxSide(settings string) *side {
	background := context.Background()
	connection, err := pgx.Connect(background, settings)
	must(err)
	_, err = connection.Prepare(background, "point", pointSQL)
	must(err)

	each := func(sql string, use func(*row)) {
		rows, err := connection.Query(background, sql)
		must(err)
		var r row
		for rows.Next() {
			must(rows.Scan(&r.ID, &r.Val, &r.Name, &r.Ts))
			use(&r)
		}
		must(rows.Err())
	}
	scan := func(sql string) checksum {
		var sum checksum
		each(sql, sum.add)
		return sum
	}
	return &side{
		point: func(count int) checksum {
			var sum checksum
			var r row
			ids := newKeys()
			for i := 0; i < count; i++ {
				must(connection.QueryRow(background, "point", ids.next()).Scan(&r.ID, &r.Val, &r.Name, &r.Ts))
				sum.add(&r)
			}
			return sum
		},
		batch: func(batches int) checksum {
			var sum checksum
			var r row
			ids := newKeys()
			for i := 0; i < batches; i++ {
				var batch pgx.Batch
				for j := 0; j < batchSize; j++ {
					batch.Queue("point", ids.next())
				}
				results := connection.SendBatch(background, &batch)
				for j := 0; j < batchSize; j++ {
					must(results.QueryRow().Scan(&r.ID, &r.Val, &r.Name, &r.Ts))
					sum.add(&r)
				}
				must(results.Close())
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
			source := pgx.CopyFromSlice(len(rows), func(i int) ([]interface{}, error) {
				return []interface{}{rows[i].ID, rows[i].Val, rows[i].Name, rows[i].Ts}, nil
			})
			_, err := connection.CopyFrom(background, pgx.Identifier{"w"}, []string{"id", "val", "name", "ts"}, source)
			must(err)
		},
		reset: func() {
			_, err := connection.Exec(background, "delete from w")
			must(err)
		},
		written: func() checksum { return scan("select id, val, name, ts from w") },
	}
}
