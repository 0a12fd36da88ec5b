"""Results for people and programs: terminal tables, one self-contained page, pictures, one JSON object.

``material.Material.of_run(run)`` holds what a report is made from: the scenario, its arrangements and the datasets of
the run. Then ``html.html_report(material)`` gives the page as text, ``json.json_object(material, seconds=, out=)`` the
object that ``--json`` prints, ``terminal.print_outcomes(material)`` the tables, and ``figures`` the pictures. None of
them reads a file or a clock.
"""
