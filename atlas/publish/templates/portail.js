// Draws the layers of the atlas from vector tiles, with MapLibre. Texts come from the tiles and are only ever shown.
(function () {
  "use strict";
  const told = JSON.parse(document.getElementById("donnees").textContent).portail;
  const message = document.getElementById("message");
  const say = (text) => { message.textContent = text; };
  const UNKNOWN = "non renseigné";

  if (location.protocol === "file:") {
    say("Cette page lit ses tuiles depuis un serveur web. Sans serveur, ouvrir « Carte et tableau » (index.html).");
    return;
  }

  // A server that cannot give a part of a file gives all of it: it is then read once and kept.
  class Served {
    constructor(address) { this.address = address; this.whole = null; }
    getKey() { return this.address; }
    async getBytes(offset, length, signal) {
      if (!this.whole) {
        const asked = await fetch(this.address, { signal, headers: { Range: `bytes=${offset}-${offset + length - 1}` } });
        if (asked.status === 206) return { data: await asked.arrayBuffer() };
        if (!asked.ok) throw new Error(`réponse ${asked.status}`);
        this.whole = asked.arrayBuffer();
      }
      const all = await this.whole;
      return { data: all.slice(offset, offset + length) };
    }
  }

  const protocol = new pmtiles.Protocol();
  maplibregl.addProtocol("pmtiles", protocol.tile);
  const sources = {};
  for (const layer of told.couches) {
    const address = new URL(layer.tuiles, location.href).href;
    if (sources[layer.table]) continue;
    protocol.add(new pmtiles.PMTiles(new Served(address)));
    sources[layer.table] = { type: "vector", url: `pmtiles://${address}` };
  }

  let map;
  try {
    map = new maplibregl.Map({
      container: "carte",
      style: { version: 8, sources, layers: [] },
      bounds: told.emprise,
      fitBoundsOptions: { padding: 24 },
      maxZoom: 18,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: 0,
      attributionControl: { compact: false },
      locale: {
        "NavigationControl.ZoomIn": "Agrandir", "NavigationControl.ZoomOut": "Réduire",
        "Map.Title": "Résidences et quartiers", "AttributionControl.ToggleAttribution": "Mentions",
        "CooperativeGesturesHandler.WindowsHelpText": "Ctrl et molette pour agrandir",
      },
    });
  } catch (error) {
    say("Ce navigateur ne sait pas dessiner cette carte (WebGL) : les mêmes chiffres sont dans « Carte et tableau ».");
    return;
  }
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibregl.ScaleControl({ unit: "metric" }));
  map.on("error", (event) => {
    const from = event.sourceId === "fond" ? "Le Plan IGN ne répond pas." : "Une partie des tuiles ne se lit pas.";
    say(`${from} Les mêmes chiffres sont dans « Carte et tableau ».`);
  });

  const RATIO = 2;
  const hatched = (one) => {
    const pattern = document.createElement("canvas");
    pattern.width = pattern.height = 6 * RATIO;
    const pen = pattern.getContext("2d");
    pen.scale(RATIO, RATIO);
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, 6, 6);
    if (one.trame === "points") {
      pen.fillStyle = one.contour;
      pen.fillRect(1, 1, 1.4, 1.4);
      pen.fillRect(4, 4, 1.4, 1.4);
    } else {
      pen.strokeStyle = one.contour;
      pen.lineWidth = 1.3;
      for (const x of [-6, 0, 6]) {
        pen.beginPath();
        pen.moveTo(x, 0);
        pen.lineTo(x + 6, 6);
        pen.stroke();
      }
    }
    return pattern;
  };

  const symbol = (one) => {
    const side = Math.ceil(2 * (1.25 * one.rayon + one.epaisseur + 1));
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = side * RATIO;
    const pen = canvas.getContext("2d");
    pen.scale(RATIO, RATIO);
    pen.translate(side / 2, side / 2);
    pen.beginPath();
    const corners = told.formes[one.forme];
    if (one.forme === "cross") {
      for (let rank = 0; rank < 4; rank += 2) {
        pen.moveTo(corners[rank][0] * one.rayon, corners[rank][1] * one.rayon);
        pen.lineTo(corners[rank + 1][0] * one.rayon, corners[rank + 1][1] * one.rayon);
      }
    } else if (corners.length) {
      corners.forEach((at, rank) => pen[rank ? "lineTo" : "moveTo"](at[0] * one.rayon, at[1] * one.rayon));
      pen.closePath();
    } else {
      pen.arc(0, 0, one.rayon, 0, 2 * Math.PI);
    }
    if (one.forme !== "cross" && (one.couleur || one.trame)) {
      if (one.trame) {
        const fill = pen.createPattern(hatched(one), "repeat");
        fill.setTransform(new DOMMatrix().scale(1 / RATIO));
        pen.fillStyle = fill;
      } else {
        pen.fillStyle = one.couleur;
      }
      pen.fill();
    }
    pen.strokeStyle = one.contour;
    pen.lineWidth = one.epaisseur;
    pen.setLineDash(one.tirets);
    pen.stroke();
    return canvas;
  };

  const pixels = (canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);

  // One drawing per class, the most fragile last; areas are under points, and outlines over both.
  const DEPTH = { surfaces: 0, points: 1, contours: 2 };
  const drawn = {};
  const parts = (layer) => layer.classes.flatMap((one, rank) => {
    const name = `${layer.id}/${rank}`;
    const base = { source: layer.table, "source-layer": layer.table, filter: one.quand, layout: { visibility: "none" } };
    const line = { "line-color": one.contour, "line-width": one.epaisseur };
    if (one.tirets.length) line["line-dasharray"] = one.tirets.map((length) => length / one.epaisseur);
    if (layer.genre === "points") {
      map.addImage(name, pixels(symbol(one)), { pixelRatio: RATIO });
      const layout = { ...base.layout, "icon-image": name, "icon-allow-overlap": true, "icon-ignore-placement": true };
      return [{ ...base, id: name, type: "symbol", layout }];
    }
    const edge = { ...base, id: `${name}/bord`, type: "line", paint: line };
    if (layer.genre === "contours") return [edge];
    if (one.trame) map.addImage(name, pixels(hatched(one)), { pixelRatio: RATIO });
    const paint = one.trame ? { "fill-pattern": name } : { "fill-color": one.couleur || "#ffffff", "fill-opacity": 0.85 };
    return [{ ...base, id: name, type: "fill", paint }, edge];
  });

  const asked = () => new Set([
    ...[...document.querySelectorAll('input[name="couche"]:checked')].map((one) => one.value),
    ...[...document.querySelectorAll('select[name="groupe"]')].map((one) => one.value).filter(Boolean),
  ]);

  const show = () => {
    const wanted = asked();
    for (const layer of told.couches) {
      const state = wanted.has(layer.id) ? "visible" : "none";
      for (const part of drawn[layer.id] || []) map.setLayoutProperty(part, "visibility", state);
    }
    for (const legend of document.querySelectorAll("[data-legend]")) {
      legend.hidden = !wanted.has(legend.dataset.legend);
    }
  };

  const box = document.getElementById("choisi");
  const open = (layer, feature) => {
    document.getElementById("t-choisi").textContent = feature.properties.nom || feature.properties.id;
    const list = document.getElementById("dit");
    list.replaceChildren();
    for (const { colonne, titre } of layer.infobulle) {
      const term = document.createElement("dt");
      const value = document.createElement("dd");
      const given = feature.properties[colonne];
      term.textContent = titre;
      value.textContent = given === undefined || given === null || given === "" ? UNKNOWN
        : typeof given === "number" ? given.toLocaleString("fr-FR") : String(given);
      list.append(term, value);
    }
    box.hidden = false;
  };
  document.getElementById("fermer").addEventListener("click", () => { box.hidden = true; });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") box.hidden = true; });

  map.on("load", () => {
    const stack = [...told.couches].sort((one, other) => DEPTH[one.genre] - DEPTH[other.genre]);
    for (const layer of stack) {
      drawn[layer.id] = parts(layer).map((part) => { map.addLayer(part); return part.id; });
    }
    show();
    for (const input of document.querySelectorAll('input[name="couche"], select[name="groupe"]')) {
      input.addEventListener("change", show);
    }
    const readable = told.couches.filter((layer) => layer.genre !== "contours");
    const under = (point) => {
      const wanted = asked();
      const names = readable.filter((layer) => wanted.has(layer.id)).flatMap((layer) => drawn[layer.id]);
      const around = [[point.x - 4, point.y - 4], [point.x + 4, point.y + 4]];
      return names.length ? map.queryRenderedFeatures(around, { layers: names }) : [];
    };
    map.on("click", (event) => {
      const [first] = under(event.point);
      if (!first) { box.hidden = true; return; }
      open(told.couches.find((layer) => layer.id === first.layer.id.split("/")[0]), first);
    });
    map.on("mousemove", (event) => { map.getCanvas().style.cursor = under(event.point).length ? "pointer" : ""; });
    document.getElementById("fond").addEventListener("change", (event) => {
      if (event.target.checked) {
        map.addSource("fond", { type: "raster", tiles: [told.fond.adresse], tileSize: 256, attribution: told.fond.mention });
        map.addLayer({ id: "fond", type: "raster", source: "fond", paint: { "raster-opacity": 0.6 } }, map.getStyle().layers[0].id);
      } else {
        map.removeLayer("fond");
        map.removeSource("fond");
      }
    });
    document.body.classList.add("prete");
  });
  window.atlasPortail = { map };
}());
