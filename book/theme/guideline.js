// Filters of the tables. Without scripts everything is shown and the filters are not.
(function () {
    "use strict";

    function fields(form) {
        var values = {};
        for (var i = 0; i < form.elements.length; i++) {
            var e = form.elements[i];
            if (e.name) { values[e.name] = e.type === "checkbox" ? e.checked : e.value.trim().toLowerCase(); }
        }
        return values;
    }

    // Whether a row is asked for. What a row says of itself is in its data-… attributes.
    function wanted(item, v, tier) {
        var d = item.dataset;
        return (!v.level || (d.level || "").split(" ").indexOf(v.level) >= 0)
            && ["obligation", "origin", "judged", "kind", "archetype", "proven", "good"].every(function (name) {
                return !v[name] || d[name] === v[name];
            })
            && (!v.severity || (d.severity !== undefined && Number(d.severity) <= Number(v.severity)))
            && (!v.tier || (tier || "").toLowerCase() === v.tier);
    }

    function show(element, on) { if (element) { element.style.display = on ? "" : "none"; } }

    function why(row) {
        var next = row.nextElementSibling;
        return next && next.classList.contains("why") ? next : null;
    }

    // A variable stays in sight while one of its monitors is wanted, and a component while one of its rows is.
    function components(v) {
        var shown = 0;
        document.querySelectorAll("section.component").forEach(function (section) {
            var tier = section.dataset.tier, any = false;
            var named = section.querySelector("h4").textContent.toLowerCase();
            section.querySelectorAll("tbody").forEach(function (body) {
                var text = !v.text || (named + " " + body.textContent.toLowerCase()).indexOf(v.text) >= 0;
                var hits = 0;
                body.querySelectorAll("tr.item").forEach(function (row) {
                    var hit = text && wanted(row, v, tier);
                    if (hit) { hits++; }
                    if (row.classList.contains("monitor")) { show(row, hit); show(why(row), hit); }
                });
                show(body, hits > 0);
                shown += hits;
                any = any || hits > 0;
            });
            section.querySelectorAll(".crow").forEach(function (row) {
                var text = !v.text || (named + " " + row.textContent.toLowerCase()).indexOf(v.text) >= 0;
                var hit = text && wanted(row, v, tier);
                if (hit) { shown++; any = true; }
            });
            section.querySelectorAll(".table").forEach(function (table) {
                var bodies = Array.from(table.querySelectorAll("tbody"));
                show(table, bodies.some(function (b) { return b.style.display !== "none"; }));
            });
            show(section, any);
        });
        document.querySelectorAll('h3[id^="tier-"]').forEach(function (heading) {
            var next = heading.nextElementSibling, any = false;
            while (next && next.classList.contains("component")) {
                any = any || next.style.display !== "none";
                next = next.nextElementSibling;
            }
            show(heading, any);
        });
        return shown;
    }

    function lines(v) {
        var shown = 0;
        document.querySelectorAll("table.lines tbody tr").forEach(function (row) {
            var hit = wanted(row, v) && (!v.text || row.textContent.toLowerCase().indexOf(v.text) >= 0);
            show(row, hit);
            if (hit) { shown++; }
        });
        // A heading without a row says nothing.
        document.querySelectorAll("section.group").forEach(function (section) {
            var rows = Array.from(section.querySelectorAll("tbody tr"));
            section.querySelectorAll(".table").forEach(function (table) {
                show(table, rows.some(function (r) { return table.contains(r) && r.style.display !== "none"; }));
            });
            show(section, rows.some(function (r) { return r.style.display !== "none"; }));
        });
        return shown;
    }

    document.querySelectorAll("form.filter").forEach(function (form) {
        var page = form.closest(".dx");
        function apply() {
            var v = fields(form);
            var shown = form.dataset.filter === "components" ? components(v) : lines(v);
            page.classList.toggle("noreasons", v.reasons === false);
            form.querySelector("output").textContent = shown + " " + (form.dataset.counts || "row") + (shown === 1 ? "" : "s");
        }
        // A link to a row that is filtered away would lead nowhere.
        window.addEventListener("hashchange", function () {
            var target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
            if (target && target.offsetParent === null) { form.reset(); apply(); target.scrollIntoView(); }
        });
        form.addEventListener("input", apply);
        form.addEventListener("submit", function (event) { event.preventDefault(); });
        form.hidden = false;
        apply();
    });
})();
