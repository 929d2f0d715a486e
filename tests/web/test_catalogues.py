"""Machines read the catalogue: RDF that parses, data.json, Data Package, schema.org, sitemap, robots."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from schemas.mappings import dcat_ap

NAMES = ("bus-stops", "hostile", "arabic", "long-title", "parking")


@pytest.mark.parametrize("extension", sorted(dcat_ap.FORMS))
@pytest.mark.parametrize("name", NAMES)
def test_a_dataset_is_rdf_in_every_syntax(public: FlaskClient, extension: str, name: str) -> None:
    answer = public.get(f"/dataset/{name}.{extension}")
    form = dcat_ap.FORMS[extension]
    assert answer.content_type.startswith(form.media_type)
    triples = list(ox.parse(answer.data, format=form.rdf))
    assert any(str(triple.object) == "<http://www.w3.org/ns/dcat#Dataset>" for triple in triples)
    again = public.get(f"/dataset/{name}.{extension}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_a_client_that_prefers_rdf_is_led_to_it(public: FlaskClient) -> None:
    answer = public.get("/dataset/bus-stops", headers={"Accept": "text/turtle"})
    assert (answer.status_code, answer.location) == (303, "/dataset/bus-stops.ttl")
    assert public.get("/dataset/bus-stops", headers={"Accept": "*/*"}).status_code == 200


def test_the_catalogue_comes_in_pages_that_are_linked(public: FlaskClient) -> None:
    first = public.get("/catalog.nt").get_data(as_text=True)
    assert first.count("<http://www.w3.org/ns/dcat#Dataset>") >= 20
    assert "hydra" in public.get("/catalog.ttl?page=1").get_data(as_text=True)
    found = public.get("/catalog.nt?q=bus").get_data(as_text=True)
    assert 0 < found.count("<http://www.w3.org/ns/dcat#Dataset>") < 10
    assert public.get("/catalog.ttl?modified_since=2999-01-01").status_code == 200
    assert public.get("/catalog.ttl?fq=((").status_code == 400


def test_data_json_lists_every_public_dataset_and_no_other(public: FlaskClient) -> None:
    catalogue = json.loads(public.get("/data.json").data)
    assert catalogue["conformsTo"] == "https://project-open-data.cio.gov/v1.1/schema"
    titles = {record["title"] for record in catalogue["dataset"]}
    assert "公交站点" in titles
    assert not any("未公开" in title for title in titles)


def test_a_private_dataset_is_in_no_machine_catalogue(public: FlaskClient) -> None:
    for path in ("/catalog.ttl", "/data.json", "/sitemap-1.xml"):
        assert "private" not in public.get(path).get_data(as_text=True).replace('"private"', "")
    for path in ("/dataset/private-plan.ttl", "/dataset/private-plan/datapackage.json"):
        assert public.get(path).status_code == 404


@pytest.mark.parametrize("name", NAMES)
def test_pages_carry_schema_org_that_ends_where_it_should(public: FlaskClient, name: str) -> None:
    page = public.get(f"/en/dataset/{name}").get_data(as_text=True)
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert len(found) == 1
    record = json.loads(found[0])
    assert record["@type"] == "Dataset"
    assert record["name"]


def test_a_data_package_names_its_resources(public: FlaskClient) -> None:
    package = json.loads(public.get("/dataset/bus-stops/datapackage.json").data)
    assert package["name"] == "bus-stops"
    assert package["resources"][0]["name"]


def test_croissant_names_files_with_their_hash_and_columns_with_their_type(public: FlaskClient) -> None:
    record = json.loads(public.get("/dataset/bus-stops/croissant.json").data)
    assert record["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    file = record["distribution"][0]
    assert re.fullmatch("[0-9a-f]{64}", file["sha256"])
    fields = {field["name"]: field["dataType"] for field in record["recordSet"][0]["field"]}
    assert fields["latitude"] == "sc:Float"
    assert fields["shelter"] == "sc:Boolean"
    assert {field["source"]["fileObject"]["@id"] for field in record["recordSet"][0]["field"]} == {file["@id"]}
    assert public.get("/dataset/hostile/croissant.json").status_code == 200
    assert public.get("/dataset/private-plan/croissant.json").status_code == 404


def test_the_sitemap_leads_to_every_public_page(public: FlaskClient) -> None:
    index = ET.fromstring(public.get("/sitemap.xml").data)
    parts = [node.text or "" for node in index.iter() if node.tag.endswith("loc")]
    assert parts == ["http://127.0.0.1:5000/sitemap-1.xml"]
    part = ET.fromstring(public.get("/sitemap-1.xml").data)
    places = [
        (node.text or "").removeprefix("http://127.0.0.1:5000") for node in part.iter() if node.tag.endswith("loc")
    ]
    assert "/dataset/bus-stops" in places
    assert all(public.get(place).status_code == 200 for place in places)
    assert public.get("/sitemap-2.xml").status_code == 404


def test_crawlers_are_kept_out_of_the_maze_of_filters(public: FlaskClient) -> None:
    rules = public.get("/robots.txt").get_data(as_text=True)
    assert "Disallow: /*?*tags=" in rules
    assert "Sitemap: http://127.0.0.1:5000/sitemap.xml" in rules
    assert 'name="robots" content="noindex' in public.get("/dataset?tags=公交").get_data(as_text=True)
