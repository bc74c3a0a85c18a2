"""The examples of docs/semantics.md, one test each, and what the property found."""

from tests.semantics.world import Name, World


def test_a_late_file_goes_where_it_belongs(world: World) -> None:
    world.deliver(Name("customers", 1), "1,Ann,New,1,,1")
    world.deliver(Name("customers", 3), "1,Ann,Regular,1,,1")
    world.deliver(Name("customers", 2), "1,Bea,New,1,,1")


def test_excluding_a_mirror_brings_back_a_key_of_the_same_moment(world: World) -> None:
    world.deliver(Name("customers", 1, "full", folder="a/"), "1,Ann,New,1,,1")
    world.deliver(Name("customers", 1, "full", folder="b/"), "2,Cid,New,1,,1")
    world.exclude(world.deliveries[-1])
