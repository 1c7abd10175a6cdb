-- In which queues each order should stand now, and who may see it there: what actions.tallying.recount keeps in step.
-- One row an order and queue. `departments` and `staff` are parallel: department i has the order there, through
-- person i (who is in charge, has the task, did the step under review; NULL: nobody).
CREATE VIEW workorders_standing AS
SELECT
    queued.*,
    md5(ROW(
        queue, departments, staff, seen_departments, seen_staff, province_id, city_id, district_id
    )::text) AS key
FROM (
    SELECT
        o.id AS order_id, q.queue, q.departments, q.staff,
        ARRAY(
            SELECT p.department_id FROM workorders_participation p
            WHERE p.order_id = o.id AND p.staff_id IS NULL ORDER BY p.department_id
        ) AS seen_departments,
        ARRAY(
            SELECT DISTINCT p.staff_id FROM workorders_participation p
            WHERE p.order_id = o.id AND p.staff_id IS NOT NULL ORDER BY p.staff_id
        ) AS seen_staff,
        o.province_id, o.city_id, o.district_id
    FROM workorders_workorder o
    JOIN LATERAL (
        SELECT 'mine' AS queue, ARRAY[o.department_id] AS departments, ARRAY[o.assignee_id] AS staff
        WHERE o.status IN ('untreated', 'processing', 'processed', 'suspended') AND o.assignee_id IS NOT NULL
        UNION ALL
        SELECT 'department', ARRAY[o.department_id], ARRAY[NULL::bigint]
        WHERE o.status IN ('untreated', 'processing', 'processed', 'suspended')
        UNION ALL
        SELECT 'unassigned', ARRAY[o.department_id], ARRAY[NULL::bigint]
        WHERE o.status IN ('untreated', 'processing', 'processed', 'suspended') AND o.assignee_id IS NULL
        UNION ALL
        SELECT 'held', ARRAY[o.department_id], ARRAY[NULL::bigint]
        WHERE o.status IN ('untreated', 'processing', 'processed', 'suspended')
            AND NOT (o.waiting_for = '' AND o.held_until IS NULL)
        UNION ALL
        SELECT 'suspended', ARRAY[o.department_id, o.home_department_id], ARRAY[NULL::bigint, NULL]
        WHERE o.status = 'suspended'
        UNION ALL
        SELECT
            'tasks',
            array_agg(t.department_id ORDER BY t.department_id, t.assignee_id),
            array_agg(t.assignee_id ORDER BY t.department_id, t.assignee_id)
        FROM workorders_task t
        WHERE t.order_id = o.id AND t.reported_at IS NULL
            AND o.status IN ('untreated', 'processing', 'processed', 'suspended')
        HAVING count(*) > 0
        UNION ALL
        SELECT
            'to_review',
            array_agg(r.department_id ORDER BY r.department_id, r.done_by_id),
            array_agg(r.done_by_id ORDER BY r.department_id, r.done_by_id)
        FROM workorders_review r
        WHERE r.order_id = o.id AND r.result = ''
        HAVING count(*) > 0
        UNION ALL
        SELECT 'to_call_back', array_agg(c.department_id), array_agg(NULL::bigint)
        FROM workorders_callback c
        WHERE c.order_id = o.id AND c.result = '' AND o.status = 'processed'
        HAVING count(*) > 0
    ) q ON true
) queued;
