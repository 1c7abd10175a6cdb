"""The authorisation faults that the matrix is held to: each predicate and scoped queryset of the product, allowing.

Who adds one to an `access.py` adds its mutant here: test_mutants.py asks for it.
"""

from __future__ import annotations

from contextlib import nullcontext

from django.db.models import Q
from django.shortcuts import get_object_or_404

from jingming.accounts.models import Delegation, Post, Staff
from jingming.customers.models import (
    ContactPerson,
    Customer,
    Device,
    Merge,
    NetworkElement,
    Phone,
    ServicePoint,
    Tenure,
)
from jingming.files.models import Attachment
from jingming.interactions.models import Interaction
from jingming.loading.models import Run
from jingming.loading.sheets.kinds import KINDS
from jingming.organisation.queries import areas, departments, units
from jingming.persons.models import Hold, Request
from jingming.workorders import access as orders
from jingming.workorders.models import WorkOrder
from jingming.workorders.rules import Act
from jingming.workspace.models import BulkAct, Draft, SavedView
from tests.matrix import oracle, test_stream
from tests.matrix import test_export as export
from tests.matrix import test_files as files
from tests.matrix import test_lent as lent
from tests.matrix import test_lists as lists
from tests.matrix import test_masks as masks
from tests.matrix import test_outside as outside
from tests.matrix import test_side_doors as side_doors
from tests.matrix import test_standing as standing
from tests.mutants import doors
from tests.mutants.mutant import Mutant, Row, anywhere, every, instead, named, says, whatever
from tests.mutants.rows import FEW, acts, fact, listing, offers, operation, page, search, side

ORDER, ORDER_ACTS = "GET api/v1/work-orders/{str:number}", "POST api/v1/work-orders/{str:number}/acts"
FILES = "POST api/v1/work-orders/{str:number}/attachments"
CONTACT = "GET api/v1/interactions/{int:contact_id}"
CUSTOMER, CUSTOMER_READ = "customers/<int:customer_id>/", "GET api/v1/customers/{int:customer_id}"
CUSTOMER_CHANGED = "PATCH api/v1/customers/{int:customer_id}"
POINT = f"{CUSTOMER}service-points/<int:point_id>/"
MORE_ELSEWHERE = fact(lists.test_more_rows_elsewhere_move_nothing_here, "320100")
FOREIGN_PLACES = side(side_doors.test_an_archive_is_kept_in_no_foreign_place)
NO_UNSEEN_CUSTOMER = side(side_doors.test_an_order_is_for_no_unseen_customer_or_place, "wh")

BOTH_CITIES = fact(masks.test_who_serves_one_city_and_looks_on_in_another_reads_those_of_the_first)
HEARD = Row(f"stream as {', '.join(FEW)}", lambda walker: test_stream.told_apart(walker.world, walker, list(FEW)))
NETWORK = side(side_doors.test_the_network_of_another_place_is_not_kept)
# Act for which an order of the world is in the right state → people who see it, have the act, and stand elsewhere.
WIDER = {
    "recall": ("agent1", "stranger1"), "transfer": ("agent1", "visitor1"), "dispatch": ("agent1",),
    "resume": ("dispatcher1", "inspector1"), "review": ("head1", "manager1"), "amend": ("head1", "stranger1"),
    "hold": ("head1", "stranger1"), "report": ("head1", "engineer1"), "wait": ("head1",), "retype": ("visitor1",),
    "void": ("visitor1",), "split": ("visitor1",), "return": ("visitor1",),
}  # fmt: skip

PEOPLE = (
    Mutant("everybody has every post", "jingming.accounts.access:duties_of", doors.every_post, [
        page("codes/", "agent1"),
    ]),
    Mutant("everybody has every authority", "jingming.accounts.access:has", says(answer=True), [
        page("codes/", "agent1"), page("staff/new/", "head1"), operation("POST api/v1/customers", "head1"),
    ]),
    Mutant("every authority reaches everywhere", "jingming.accounts.access:reach", doors.everywhere, [
        operation(ORDER, "agent1", "stranger1"), operation(CUSTOMER_READ, "agent1"), listing("interactions/", "agent1"),
    ]),
    Mutant("own rows are the department's", "jingming.accounts.access:reach", doors.own_department_too, [
        operation(ORDER, "engineer1"),
    ]),
    Mutant("a unit is every unit", "jingming.accounts.access:Reach.placed", says(answer=Q(pk__isnull=False)), [
        operation(ORDER, "dispatcher1"), operation(CONTACT, "dispatcher1"),
    ]),
    Mutant("personal data is whole before everybody", "jingming.accounts.access:sees", says(answer=True), [
        fact(masks.test_a_part_of_what_is_masked_finds_nobody, "/api/v1/customers"), BOTH_CITIES,
    ]),
    Mutant("every row lies where one serves", "jingming.accounts.access:Reach.holds", says(answer=True), [BOTH_CITIES]),
    Mutant("any colleague", "jingming.accounts.access:visible_staff", every(Staff), [
        page("staff/<int:pk>/", "head1"), listing("staff/", "head1"),
    ]),
    Mutant("any colleague fetched", "jingming.accounts.access:get_staff", whatever(Staff), [
        page("staff/<int:pk>/", "head1"), page("staff/<int:pk>/password/", "secadmin1"),
    ]),
    Mutant("a role tried anywhere", "jingming.accounts.access:sight_places",
        instead(lambda _person: list(departments().values())),
        [side(side_doors.test_a_role_is_tried_in_no_place_whose_staff_one_does_not_see)]),
    Mutant("a lent post for ever", "jingming.accounts.access:holds", says(answer=True), [
        fact(lent.test_nothing_is_seen_before_it_begins_or_after_it_ends, 1),
    ]),
    Mutant("posts lent by anybody for anybody", "jingming.accounts.access:may_lend_for", says(answer=True), [
        page("staff/<int:pk>/delegations/new/", "manager1", "secadmin1"),
        page("accounts/delegations/<int:pk>/end/", "agent1"), fact(lent.test_nothing_is_lent_but_by_the_few_who_may),
    ]),
    Mutant("any post lent", "jingming.accounts.access:lendable", every(Post), [
        fact(lent.test_nothing_is_lent_but_by_the_few_who_may),
    ]),
    Mutant("anybody stands in", "jingming.accounts.access:takers_for", every(Staff), [
        page("accounts/delegations/new/", "nj-agent"), fact(lent.test_nothing_is_lent_but_by_the_few_who_may),
    ]),
    Mutant("any delegation shown", "jingming.accounts.access:delegations_of", every(Delegation), [
        page("accounts/delegations/", "agent1"), page("staff/<int:pk>/", "head2"),
    ]),
    Mutant("any delegation ended", "jingming.accounts.access:get_delegation", whatever(Delegation), [
        page("accounts/delegations/<int:pk>/end/", "agent1", "head2"),
    ]),
    Mutant("only oneself is oneself", "jingming.accounts.access:selves",
        instead(lambda person: {person.pk}), [fact(lent.test_own_work_is_that_of_whoever_is_away_too)]),
    Mutant("nobody stands for anybody", "jingming.accounts.access:duties_of", doors.own_posts_only, [
        operation(ORDER, "standin1"),
    ]),
    Mutant("any place changed", "jingming.accounts.access:keeps", says(answer=True), [
        page("organisation/units/<int:pk>/change/", "keeper1"),
        page("organisation/<slug:kind>/<int:pk>/switch/", "keeper1"),
    ]),
    Mutant("any place not refused", "jingming.accounts.access:refuse_foreign", says(answer=None), [
        page("organisation/units/<int:pk>/departments/", "keeper1"),
    ]),
    Mutant("one's own posts", "jingming.accounts.access:get_staff", doors.to_see_only, [
        page("staff/<int:pk>/posts/", "secadmin1"), page("staff/<int:pk>/access/", "secadmin1"),
    ]),
)  # fmt: skip

DOORS = (
    Mutant("open doors", "jingming.accounts.http:admits", says(answer=True), [
        page("codes/", "agent1"), page("staff/new/", "head1"), page("data/", "agent1"),
        page("types/<slug:code>/publish/", "agent1"), page("types/<slug:code>/shipped/", "head1"),
        operation("POST api/v1/customers", "head1"), page("repairs/", "secadmin1"), page("audit/", "sysadmin1"),
    ]),
    Mutant("a page that nobody declared", "config.urls:urlpatterns", doors.a_page_that_nobody_declared, [
        fact(doors.no_page_is_undeclared),
    ]),
    Mutant("a door opened wider", "config.urls:urlpatterns", doors.codes_for_everybody, [
        fact(doors.no_page_is_undeclared), page("codes/", "agent1"),
    ]),
    Mutant("tokens for life", "jingming.accounts.queries:person_by_token", doors.tokens_for_life, [
        fact(outside.test_session_and_token_of_somebody_switched_off_are_dead, "agent1"),
    ]),
    Mutant("forms from anywhere", "django.middleware.csrf:CsrfViewMiddleware.process_view", says(None), [
        fact(doors.a_post_from_elsewhere),
    ]),
    Mutant("keys of everybody", "jingming.accounts.idempotency:_given", doors.keys_of_everybody, [
        side(side_doors.test_a_key_of_somebody_else_repeats_nothing),
    ]),
    Mutant("a form that keeps all names", "jingming.customers.views.archive:CustomerForm", instead(doors.Greedy), [
        fact(doors.names_beside_a_form),
    ]),
    Mutant("a count of everything", "jingming.workspace.context:enterprise", doors.a_count_of_everything, [
        MORE_ELSEWHERE,
    ]),
)  # fmt: skip

ORDERS = (
    Mutant("everybody hears of any order", "jingming.workorders.access:visible_among",
        doors.told_to_everybody, [HEARD]),
    Mutant("everybody hears of one kind", "jingming.live.access:_visible[workorders.WorkOrder]",
        doors.told_to_everybody, [HEARD]),
    Mutant("everybody hears who looks", "jingming.live.access:_visible[workspace.Looking]", doors.told_to_everybody, [
        HEARD,
    ]),
    Mutant("everybody hears of everything", "jingming.live.access:heard_by", doors.told_to_everybody, [HEARD]),
    Mutant("files of any order", "jingming.wiring:order_of_file", whatever(WorkOrder), [
        page("attachments/<int:attachment_id>/", "agent1", "stranger1"),
    ]),
    Mutant("any order at once", "jingming.workspace.actions.bulk:visible_to", every(WorkOrder), [
        side(side_doors.test_nothing_is_done_to_many_orders_of_others),
    ]),
    Mutant("any order led to", "jingming.workspace.views.home:visible_to", every(WorkOrder), [
        search("search/", "head1"),
    ]),
    Mutant("figures of everything", "jingming.workorders.queries.queues:reach", doors.everywhere, [
        fact(lists.test_a_figure_counts_what_its_queue_shows, "engineer1"),
    ]),
    Mutant("any order", "jingming.workorders.access:visible_to", every(WorkOrder), [
        operation(ORDER), page("orders/<str:number>/", "agent1", "stranger1"),
        page("orders/<str:number>/acts/<str:act>/", "stranger1"), operation(ORDER_ACTS), operation(FILES, "agent1"),
    ]),
    Mutant("any order fetched", "jingming.workorders.access:get_order",
        named(WorkOrder, "number"), [
        operation(ORDER, "stranger1"), page("orders/<str:number>/looking/", "engineer1"),
        page("orders/<str:number>/files/", "agent1"), operation("GET api/v1/work-orders/{str:number}/acts", "agent1"),
        side(side_doors.test_a_contact_joins_no_unseen_order),
        side(side_doors.test_no_second_matter_of_an_unseen_order, "wuhu"),
    ]),
    Mutant("a door that says 403", "jingming.workorders.access:get_order", doors.a_door_that_says_403, [
        operation(ORDER, "stranger1"),
    ]),
    Mutant("a look that writes", "jingming.workorders.access:get_order", doors.a_look_that_writes, [
        page("orders/<str:number>/", "agent1"), operation(ORDER, "agent1"),
    ]),
    Mutant("a city for a department", "jingming.workorders.access:visible_to", doors.a_whole_city_for_a_department, [
        operation(ORDER, "head1", "stranger1"),
    ]),
    Mutant("any order in lists", "jingming.workorders.queries.queues:_all_rows", every(WorkOrder), [
        listing("GET api/v1/work-orders"), listing("orders/"),
    ]),
    Mutant("any order in a queue and its file", "jingming.workorders.queries.queues:_filtered", every(WorkOrder), [
        listing("orders/"), fact(export.test_a_file_holds_all_orders_that_one_may_see_and_no_other),
        fact(export.test_own_colleagues_and_foreign_orders_are_told_apart),
        fact(export.test_no_queue_lets_more_into_the_file, "department"),
    ]),
    Mutant("everybody exports", "jingming.workspace.access.exports:may_export_orders", says(answer=True), [
        offers("orders/", "agent1", "engineer1"),
    ]),
    Mutant("a file before nobody's eyes", "jingming.workspace.views.streamed:seen_by",
        instead(lambda _asking: nullcontext()), [
        fact(export.test_who_looks_on_takes_no_name_number_or_address_away),
        fact(export.test_who_serves_one_city_and_looks_on_in_another_takes_those_of_the_first),
    ]),
    Mutant("any order in queues and counts", "jingming.workorders.queries.queues:visible_to", every(WorkOrder), [
        MORE_ELSEWHERE, fact(lists.test_every_queue_holds_only_what_one_may_see, "department"),
    ]),
    Mutant("any order looked for", "jingming.workorders.queries.finding:visible_to", every(WorkOrder), [
        page(CUSTOMER, "head2"), search("search/palette/", "agent1"),
    ]),
    Mutant("any order linked", "jingming.workorders.queries.whole:visible_to", every(WorkOrder), [
        operation(ORDER, "agent1"),
    ]),
    Mutant("linked numbers", "jingming.workorders.queries.whole:_naming_only", instead(lambda lines, _seen: lines), [
        operation(ORDER, "agent1"),
    ]),
    Mutant("any order to link", "jingming.workorders.inputs:READERS[order]",
        instead(lambda number, _asked: get_object_or_404(WorkOrder, number=number)), [
        side(side_doors.test_linking_to_an_unseen_order, "wuhu"),
    ]),
    Mutant("anybody for work", "jingming.workorders.access:may_be_named", every(Staff), [
        side(side_doors.test_work_is_given_to_nobody_of_elsewhere, "quiet-wuhu"),
    ]),
    Mutant("any department for work", "jingming.workorders.access:may_take_part", says(answer=True), [
        side(side_doors.test_work_goes_to_no_department_of_another_province, "NJ-MAINT"),
    ]),
)  # fmt: skip

CONTACTS_AND_FILES = (
    Mutant("any contact", "jingming.interactions.access:visible_to", every(Interaction), [
        operation(CONTACT, "agent1"), listing("interactions/"),
    ]),
    Mutant("any contact fetched", "jingming.interactions.access:get_interaction", whatever(Interaction), [
        operation(CONTACT, "agent1", "head1"),
    ]),
    Mutant("any contact in lists", "jingming.interactions.queries:visible_to", every(Interaction), [
        listing("GET api/v1/interactions"), listing("interactions/"),
    ]),
    Mutant("any contact in a time line", "jingming.workspace.queries.lifeline:contacts_visible_to",
        every(Interaction), [
        page(CUSTOMER, "head2"),
    ]),
    Mutant("contacts of others repeated", "jingming.intake.actions:visible_to", every(Interaction), [
        side(side_doors.test_the_id_of_a_contact_that_others_took_tells_nothing_of_it, "interactions", "call-wuhu"),
    ]),
    Mutant("any file", "jingming.files.access:get_attachment", whatever(Attachment), [
        page("attachments/<int:attachment_id>/", "agent1"),
    ]),
    Mutant("any order's file", "jingming.files.access:_owners[workorders.WorkOrder]",
        whatever(WorkOrder), [
        page("attachments/<int:attachment_id>/", "agent1", "stranger1"),
    ]),
)  # fmt: skip

ARCHIVES = (
    Mutant("customers everywhere", "jingming.customers.access:ground", doors.everywhere, [
        operation(CUSTOMER_READ, "agent1"), listing("customers/", "agent1"), page(f"{CUSTOMER}change/", "agent1"),
    ]),
    Mutant("any customer", "jingming.customers.access:visible_to", every(Customer), [
        operation(CUSTOMER_READ, "agent1"), page(CUSTOMER, "agent1", "engineer1"), search("search/", "agent1"),
    ]),
    Mutant("any customer fetched", "jingming.customers.access:get_customer", whatever(Customer), [
        operation(CUSTOMER_READ, "agent1"), page(f"{CUSTOMER}notes/new/", "agent1"), NO_UNSEEN_CUSTOMER,
        side(side_doors.test_a_service_point_is_handed_to_no_unseen_customer),
    ]),
    Mutant("seen is changed", "jingming.customers.access:get_customer", doors.to_see_only, [
        page(f"{CUSTOMER}change/", "agent1"), operation(CUSTOMER_CHANGED, "agent1"),
    ]),
    Mutant("no refusal to change", "jingming.customers.access:_refuse_to_change", says(None), [
        page(f"{CUSTOMER}contacts/new/", "agent1"), page(f"{CUSTOMER}merge/<int:other_id>/", "agent1"),
    ]),
    Mutant("any customer in lists", "jingming.customers.access:living_within", every(Customer), [
        listing("GET api/v1/customers", "agent1"), listing("customers/", "agent1", "engineer1"),
    ]),
    Mutant("any customer found", "jingming.customers.access:current_to", every(Customer), [
        search("intake/", "agent1"), search("GET api/v1/customers", "agent1"),
    ]),
    Mutant("any place found", "jingming.customers.access:service_points_within", every(ServicePoint), [
        fact(lists.test_a_search_by_common_words_is_one_for_nothing_too),
    ]),
    Mutant("any place", "jingming.customers.access:service_points_visible_to", every(ServicePoint), [
        page(CUSTOMER, "agent1"), page(POINT, "agent1"),
    ]),
    Mutant("all places on a card", "jingming.customers.access:lives_within", says(answer=True), [
        page(CUSTOMER, "agent1"),
    ]),
    Mutant("any place fetched", "jingming.customers.access:get_service_point", whatever(ServicePoint), [
        page(POINT, "agent1"), page(f"{POINT}devices/new/", "agent1"),
    ]),
    Mutant("any contact person", "jingming.customers.access:get_contact", whatever(ContactPerson), [
        page(f"{CUSTOMER}contacts/<int:contact_id>/", "agent1"),
    ]),
    Mutant("any phone", "jingming.customers.access:get_phone", whatever(Phone), [
        page(f"{CUSTOMER}phones/<int:phone_id>/retire/", "agent1"),
    ]),
    Mutant("any device", "jingming.customers.access:get_device", whatever(Device), [
        page(f"{POINT}devices/<int:device_id>/", "agent1"),
    ]),
    Mutant("any tenure", "jingming.customers.access:get_tenure", whatever(Tenure), [
        page(f"{POINT}tenures/<int:tenure_id>/end/", "agent1"),
    ]),
    Mutant("any merge", "jingming.customers.access:get_merge", whatever(Merge), [
        page(f"{CUSTOMER}merges/<int:merge_id>/undo/", "agent1"),
    ]),
    Mutant("one of a pair", "jingming.customers.access:get_pair", doors.one_of_a_pair, [
        page(f"{CUSTOMER}merge/<int:other_id>/", "agent1"),
    ]),
    Mutant("any change", "jingming.customers.access:may_change", says(answer=True), [
        page(f"{CUSTOMER}change/", "agent1"), operation(CUSTOMER_CHANGED, "agent1"),
    ]),
    Mutant("any unit to keep archives in", "jingming.customers.access:units_open_to",
        instead(lambda _anybody: list(units().values())), [FOREIGN_PLACES]),
    Mutant("any unit for an archive", "jingming.customers.access:unit_for",
        anywhere(lambda: units().values(), "code"), [FOREIGN_PLACES]),
    Mutant("any area for a place", "jingming.customers.access:area_for",
        anywhere(lambda: areas().values(), "code"), [FOREIGN_PLACES]),
    Mutant("any customer by id", "jingming.workorders.inputs:customer_of",
        whatever(Customer), [NO_UNSEEN_CUSTOMER]),
)  # fmt: skip

# What is seen but not changed, what is merged, what comes by file, and the network.
KEEPING = (
    Mutant("the buttons of any archive", "jingming.customers.access:open_to_change", says(answer=True), [
        offers(CUSTOMER, "agent1", "head1"),
    ]),
    Mutant("any merge undone", "jingming.customers.access:may_unmerge", says(answer=True), [
        page(f"{CUSTOMER}merges/<int:merge_id>/undo/", "visitor1"),
        operation("POST api/v1/customers/{int:customer_id}/merges/{int:merge_id}/undo", "visitor1"),
        offers(CUSTOMER, "visitor1"),
    ]),
    Mutant("where a merged archive goes on", "jingming.customers.access:going_on", doors.goes_on_anyhow, [
        side(side_doors.test_what_is_merged_into_an_unseen_archive_does_not_tell_of_it),
    ]),
    Mutant("any area to keep places in", "jingming.customers.access:areas_open_to",
        instead(lambda _anybody: list(areas().values())), [
        side(side_doors.test_a_form_offers_own_places_only),
    ]),
    Mutant("any network", "jingming.customers.access:may_change_network", says(answer=True), [
        page("customers/network/<str:code>/change/", "keeper1"), offers("customers/network/<str:code>/", "keeper1"),
        fact(files.test_a_load_changes_no_row_that_one_may_not_change, "elements"),
    ]),
    Mutant("any element fetched", "jingming.customers.access:get_element", named(NetworkElement, "code"), [
        page("customers/network/<str:code>/change/", "keeper1"),
    ]),
    Mutant("any unit of the network to choose", "jingming.customers.access:units_of_network_open_to",
        instead(lambda _anybody: list(units().values())), [NETWORK]),
    Mutant("any unit of the network", "jingming.customers.access:unit_of_network",
        anywhere(lambda: units().values(), "code"), [side(side_doors.test_an_act_keeps_no_network_of_another_place)]),
    Mutant("any archive by file", "jingming.customers.access:changeable_by", every(Customer), [
        fact(files.test_a_load_changes_no_row_that_one_may_not_change, "customers"),
        fact(files.test_a_load_hangs_no_place_on_an_archive_of_others),
    ]),
    Mutant("any place by file", "jingming.customers.access:points_changeable_by", every(ServicePoint), [
        fact(files.test_a_load_changes_no_row_that_one_may_not_change, "service-points"),
    ]),
    Mutant("any archive in an export", "jingming.loading.sheets.customers:access.current_to", every(Customer), [
        fact(files.test_an_export_holds_what_one_may_see_and_nothing_else, "customers"),
    ]),
    Mutant("any place in an export", "jingming.loading.sheets.points:access.service_points_visible_to",
        every(ServicePoint), [
        fact(files.test_an_export_holds_what_one_may_see_and_nothing_else, "service-points"),
    ]),
    Mutant("all staff in an export", "jingming.loading.sheets.staff:access.visible_staff", every(Staff), [
        fact(files.test_an_export_of_staff_is_for_whoever_sees_them),
    ]),
)  # fmt: skip

ACTED = (
    Mutant("a post covers every department", "jingming.accounts.access:covers", says(answer=True), [
        acts("head1", "engineer1", "stranger1"),
    ]),
    Mutant("any post stands to any order", "jingming.workorders.access:posts_for", doors.whatever_posts, [
        operation("GET api/v1/work-orders/{str:number}/acts", "agent1"),
    ]),
    Mutant("any act by anybody", "jingming.workorders.access:why_not_by", says(answer=""), [
        acts("agent1", "authority1"), page("orders/<str:number>/acts/<str:act>/", "authority1", "manager1"),
    ]),
    Mutant("any act at any time", "jingming.workorders.access:why_not", says(answer=""), [
        acts("authority1"), page("orders/<str:number>/acts/<str:act>/", "authority1", "manager1"),
    ]),
    Mutant("all acts offered", "jingming.workorders.access:acts_for", doors.all_acts, [acts("authority1")]),
    Mutant("one's own work reviewed", "jingming.workorders.access:may_review", says(answer=True), [
        acts("head1", "head3", "visitor1", "stranger1"),
    ]),
    *(
        Mutant(f"{act} by whoever sees the order", f"jingming.workorders.access:STANDING[{act}]",
            instead(orders.STANDING[Act.NOTE]), [
            fact(standing.test_an_act_is_for_whoever_stands_to_the_order, act),
            *([acts(*WIDER[act])] if act in WIDER else ()),
        ])
        for act, (_roles, how) in oracle.ACTS.items() if how != "sees"
    ),
)  # fmt: skip

DESK = (
    Mutant("views shared with everybody", "jingming.workspace.access.queues:may_share", says(answer=True), [
        side(side_doors.test_a_view_is_shared_with_own_people_only),
        page("orders/views/<int:pk>/change/", "agent1"),
    ]),
    Mutant("every department to share with", "jingming.workspace.access.queues:shares", doors.every_department, [
        side(side_doors.test_the_form_of_a_view_offers_own_people_only),
    ]),
    Mutant("any draft", "jingming.workspace.access.drafts:drafts_of", every(Draft), [
        page("drafts/<slug:place>/<slug:key>/away/", "agent1"),
    ]),
    Mutant("any draft fetched", "jingming.workspace.access.drafts:get_draft",
        named(Draft, "key"), [
        page("drafts/<slug:place>/<slug:key>/", "agent1"),
    ]),
    Mutant("any view", "jingming.workspace.access.queues:visible_views", every(SavedView), [
        page("orders/", "engineer3", "nj-agent"), page("orders/views/<int:pk>/change/", "nj-agent"),
    ]),
    Mutant("any view fetched", "jingming.workspace.access.queues:get_view", whatever(SavedView), [
        page("orders/views/<int:pk>/change/", "nj-agent"), page("orders/views/<int:pk>/delete/", "agent1"),
    ]),
    Mutant("any view changed", "jingming.workspace.access.queues:changes", says(answer=True), [
        page("orders/views/<int:pk>/change/", "agent1"), page("orders/views/<int:pk>/delete/", "engineer1"),
    ]),
    Mutant("any report of many", "jingming.workspace.access.queues:get_bulk_act", whatever(BulkAct), [
        page("orders/bulk/<int:pk>/", "agent1"), page("orders/bulk/<int:pk>/undo/", "head1"),
    ]),
)  # fmt: skip

LOADS = (
    Mutant("everybody hears how far runs are", "jingming.live.access:_visible[loading.Run]", doors.told_to_everybody, [
        HEARD,
    ]),
    Mutant("everybody hears of any run", "jingming.loading.access:visible_among", doors.told_to_everybody, [HEARD]),
    Mutant("every kind", "jingming.loading.access:kinds_open_to", instead(lambda _anybody: list(KINDS.values())), [
        page("data/<slug:what>/import/", "dispatcher1"), page("data/<slug:what>/export/", "account1"),
    ]),
    Mutant("any kind fetched", "jingming.loading.access:get_kind", anywhere(KINDS.values, "code"), [
        page("data/<slug:what>/template/", "secadmin1"),
    ]),
    Mutant("any run", "jingming.loading.access:runs_of", every(Run), [
        page("data/", "dispatcher1"), page("data/runs/<int:pk>/", "dispatcher1"),
    ]),
    Mutant("any run fetched", "jingming.loading.access:get_run", whatever(Run), [
        page("data/runs/<int:pk>/", "dispatcher1"), page("data/runs/<int:pk>/file/", "sysadmin1"),
        page("data/runs/<int:pk>/cancel/", "secadmin1"),
    ]),
)  # fmt: skip

PERSON = "customers/<int:customer_id>/personal-data/"
COPIED = side_doors.test_nothing_of_another_place_is_copied_for_a_number
PERSONS = (
    Mutant("any person", "jingming.persons.access:get_person", whatever(Customer), [
        page(PERSON, "supervisor1"), page(f"{PERSON}erase/", "supervisor1"),
    ]),
    Mutant("persons of every place", "jingming.customers.access:may_answer_for", says(answer=True), [
        page(f"{PERSON}copy/", "supervisor1"),
    ]),
    Mutant("any request", "jingming.persons.access:requests_visible_to", every(Request), [
        listing("persons/", "supervisor1"), page("persons/requests/<int:pk>/", "supervisor1"),
    ]),
    Mutant("any request fetched", "jingming.persons.access:get_request", whatever(Request), [
        page("persons/requests/<int:pk>/", "supervisor1"), page("persons/requests/<int:pk>/approve/", "supervisor1"),
    ]),
    Mutant("any hold", "jingming.persons.access:get_hold", whatever(Hold), [
        page(f"{PERSON}holds/<int:hold_id>/lift/", "supervisor1"),
    ]),
    Mutant("contacts of a number everywhere", "jingming.persons.access:contacts_within", every(Interaction), [
        side(COPIED, "contact"),
    ]),
    Mutant("orders of a number everywhere", "jingming.persons.access:orders_within", every(WorkOrder), [
        side(COPIED, "order"),
    ]),
)  # fmt: skip

MUTANTS = (*PEOPLE, *DOORS, *ORDERS, *CONTACTS_AND_FILES, *ARCHIVES, *KEEPING, *ACTED, *DESK, *LOADS, *PERSONS)

# What each run of the tests plants: every kind of door is among them.
SAMPLE = (
    "open doors", "any order", "any order in lists", "any customer", "any file", "figures of everything",
    "everybody hears who looks", "any place by file", "any archive in an export", "any network", "any order to link",
    "a form that keeps all names", "complete by whoever sees the order", "keys of everybody",
)  # fmt: skip

# Public names of access.py that allow nothing to anybody, with what they are instead.
NO_RIGHT = {
    "jingming.accounts.access:stands_for": "in whose name an act is done that was allowed already",
    "jingming.customers.access:merged_away": "the words of a refusal",
    "jingming.customers.access:element_for": "the network is no secret: asks only whether an element is in use",
    "jingming.customers.access:managers_open_to": "the same for everybody: who looks after key accounts",
    "jingming.customers.access:manager_for": "the same for everybody: who looks after key accounts",
    "jingming.customers.access:own_place": "where somebody works",
    "jingming.files.access:register_owner": "fills the register, whose entries are held",
    "jingming.live.access:register": "fills the register, whose entries are held",
    "jingming.workspace.access.menus:roles": "roles are the same for everybody whom the door lets in",
    "jingming.workspace.access.menus:get_role": "roles are the same for everybody whom the door lets in",
    "jingming.messages.access:get_kind": "templates are the same for everybody whom the door lets in",
    "jingming.workspace.access.audit:audit_visible_to": "asks what the door of its two pages asks, which is held",
    "jingming.workspace.access.types:get_type": "types are the same for everybody whom the door lets in",
    "jingming.workorders.access:situation": "reads what hangs on an order that was fetched",
    "jingming.workorders.access:situated": "reads what hangs on an order that was fetched",
    "jingming.workorders.access:situations": "reads what hangs on orders that were fetched",
    "jingming.workorders.access:missing": "what an order lacks, whoever asks",
    "jingming.workorders.access:value_of": "a value of an order that was fetched",
    "jingming.workorders.access:field_label": "a word",
    "jingming.workorders.access:why_not_now": "what an order lacks, whoever asks",
}
