package main

import (
	"github.com/jinzhu/gorm"
	_ "github.com/jinzhu/gorm/dialects/postgres"
)

// GORM v1 has no bulk insert, and reads a result into a slice.
func newGormSide(settings string) *side {
	database, err := gorm.Open("postgres", settings)
	must(err)
	database.DB().SetMaxOpenConns(1)

	read := func(query *gorm.DB) checksum {
		var all []row
		must(query.Find(&all).Error)
		return checksumOf(all)
	}
	structs := func(count int) checksum {
		query := database.Table("t")
		if count < tableRows {
			query = query.Where("id <= ?", count)
		}
		return read(query)
	}
	return &side{
		point: func(count int) checksum {
			var sum checksum
			ids := newKeys()
			for i := 0; i < count; i++ {
				var r row
				must(database.Table("t").Where("id = ?", ids.next()).Take(&r).Error)
				sum.add(&r)
			}
			return sum
		},
		scan:    structs,
		structs: structs,
		insert: func(rows []row) {
			transaction := database.Begin()
			for i := range rows {
				must(transaction.Table("w").Create(&rows[i]).Error)
			}
			must(transaction.Commit().Error)
		},
		reset:   func() { must(database.Exec("delete from w").Error) },
		written: func() checksum { return read(database.Table("w")) },
	}
}
