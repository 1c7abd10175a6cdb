"""The rights of the people whose data is kept 个人信息主体权利: to see it, to have it put right, to have it erased.

Rows of other slices are written by their own actions; this slice decides whether, gathers what belongs to a person,
and keeps the register of requests and legal holds. How erasing works and what stays: docs/operations/personal-data.md.
"""
