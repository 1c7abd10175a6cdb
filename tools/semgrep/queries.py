# Bad and good, side by side: what each rule finds and what it leaves alone. Never run.
# ruleid: orm-keywords-from-outside
Order.objects.filter(**given)
# ruleid: orm-keywords-from-outside
orders.exclude(**request.GET.dict())
# ok: orm-keywords-from-outside
Order.objects.filter(number=given)
# ok: orm-keywords-from-outside
orders.filter(**{f"{column}__lt": moment})
# ruleid: condition-keywords-from-outside
rows = Q(**given)
# ok: condition-keywords-from-outside
rows = Q(number=given)
# ok: condition-keywords-from-outside
rows = Q(**{f"{column}__lt": moment})
# ruleid: sort-from-request
rows.order_by(request.GET["sort"])
# ok: sort-from-request
rows.order_by(SORTS[chosen])
# ruleid: columns-from-request
rows.values(request.GET["column"])
# ok: columns-from-request
rows.values("number")
# ruleid: no-raw-query
Order.objects.raw("SELECT 1")
# ok: no-raw-query
Order.objects.all()
# ruleid: no-extra
rows.extra(where=[asked])
# ok: no-extra
rows.filter(number=asked)
# ruleid: no-raw-sql-expression
rows = RawSQL(asked, [])
# ok: no-raw-sql-expression
rows = Value(asked)
# ruleid: sql-put-together
cursor.execute(f"SELECT {name}")
# ruleid: sql-put-together
cursor.execute("SELECT %s" % name)
# ruleid: sql-put-together
cursor.execute("SELECT " + name)
# ruleid: sql-put-together
cursor.execute(TEXT.format(name), values)
# ok: sql-put-together
cursor.execute("SELECT %s", [name])
# ruleid: all-fields-of-a-model
fields = "__all__"
# ok: all-fields-of-a-model
fields = ("name", "phone")
